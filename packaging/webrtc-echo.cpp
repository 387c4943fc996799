// webrtc-echo MICROPHONE REFERENCE OUTPUT MODE: the canceller of libwebrtc-audio-processing 0.3
// (Debian's, which PulseAudio uses) on WAV files of one channel at 16 kHz, to compare with ours.
//
// MODE: any of `extended` (filter), `agnostic` (delay), `mobile` in one word, or `plain`. The
// delay it is given is 45 ms, which the cases of evaluate-echo.py lie around.
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using namespace webrtc;

static const size_t kHead = 44;   // of a WAV file as evaluate-vad.py writes it
static const size_t kFrame = 160;  // 10 ms
static const int kDelay = 45;      // ms

static std::vector<uint8_t> read(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    std::vector<uint8_t> bytes;
    uint8_t buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;)
        bytes.insert(bytes.end(), buffer, buffer + n);
    fclose(file);
    if (bytes.size() < kHead) { fprintf(stderr, "%s: too short\n", path); exit(1); }
    return bytes;
}

static void take(AudioFrame &frame, const std::vector<uint8_t> &file, size_t at) {
    frame.sample_rate_hz_ = 16000;
    frame.num_channels_ = 1;
    frame.samples_per_channel_ = kFrame;
    frame.interleaved_ = false;
    memset(frame.data_, 0, kFrame * 2);
    if (kHead + (at + kFrame) * 2 <= file.size())
        memcpy(frame.data_, &file[kHead + at * 2], kFrame * 2);
}

int main(int count, char **words) {
    if (count != 5) { fprintf(stderr, "webrtc-echo MICROPHONE REFERENCE OUTPUT MODE\n"); return 2; }
    std::vector<uint8_t> microphone = read(words[1]), reference = read(words[2]);
    std::string mode = words[4];
    auto has = [&](const char *word) { return mode.find(word) != std::string::npos; };
    Config config;
    config.Set<ExtendedFilter>(new ExtendedFilter(has("extended")));
    config.Set<DelayAgnostic>(new DelayAgnostic(has("agnostic")));
    AudioProcessing *processing = AudioProcessing::Create(config);
    if (has("mobile")) {
        processing->echo_control_mobile()->Enable(true);
        processing->echo_control_mobile()->set_routing_mode(EchoControlMobile::kSpeakerphone);
    } else {
        processing->echo_cancellation()->Enable(true);
        processing->echo_cancellation()->enable_drift_compensation(false);
        processing->echo_cancellation()->set_suppression_level(
            EchoCancellation::kModerateSuppression);
    }
    processing->high_pass_filter()->Enable(true);
    std::vector<uint8_t> output(microphone.begin(), microphone.begin() + kHead);
    for (size_t at = 0; kHead + (at + kFrame) * 2 <= microphone.size(); at += kFrame) {
        AudioFrame far, near;
        take(far, reference, at);
        processing->AnalyzeReverseStream(&far);
        take(near, microphone, at);
        processing->set_stream_delay_ms(kDelay);
        if (int error = processing->ProcessStream(&near)) fprintf(stderr, "error %d\n", error);
        const uint8_t *bytes = reinterpret_cast<const uint8_t *>(near.data_);
        output.insert(output.end(), bytes, bytes + kFrame * 2);
    }
    uint32_t size = output.size() - kHead;
    memcpy(&output[40], &size, 4);
    size += kHead - 8;
    memcpy(&output[4], &size, 4);
    FILE *file = fopen(words[3], "wb");
    if (!file || fwrite(output.data(), 1, output.size(), file) != output.size() || fclose(file)) {
        perror(words[3]);
        return 1;
    }
}
