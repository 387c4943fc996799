// martlet-webrtc.so: the canceller of webrtc-audio-processing 1.x (AEC3) behind Martlet's door.
//
// The library's interface is a C++ class with virtual methods, which only code that was compiled
// against its headers can call. packaging/webrtc.sh builds this where they are installed.
//
// No exception leaves this file. The library may allocate and lock: it runs on the thread that
// processes the microphone, never on one that serves a card.
#include <modules/audio_processing/include/audio_processing.h>

#include <cstdlib>
#include <cstring>

#include "EchoDoor.h"

namespace {
constexpr int kRate = 16000;
constexpr uint32_t kFrame = kRate / 100;
// Two of the library's blocks of 4 ms. Measured: with a silent reference noise comes out unchanged,
// delayed by this. (`audio-figures.sh PROGRAM FOLDER replies` shifts the output back by it; with
// any other number all of a voice would count as lost.)
constexpr uint32_t kDelay = 128;
}  // namespace

struct martlet_echo {
    rtc::scoped_refptr<webrtc::AudioProcessing> processing;
    webrtc::StreamConfig format{kRate, 1};
    int16_t unheard[kFrame];
};

namespace {
martlet_echo *make() {
    try {
        rtc::scoped_refptr<webrtc::AudioProcessing> processing(
            webrtc::AudioProcessingBuilder().Create());
        if (!processing) return nullptr;
        webrtc::AudioProcessing::Config config;
        config.echo_canceller.enabled = true;
        config.echo_canceller.mobile_mode = false;
        // Martlet has its own filter before this.
        config.echo_canceller.enforce_high_pass_filtering = false;
        config.residual_echo_detector.enabled = false;
        processing->ApplyConfig(config);
        if (processing->Initialize() != webrtc::AudioProcessing::kNoError) return nullptr;
        martlet_echo *echo = new martlet_echo;
        echo->processing = processing;
        return echo;
    } catch (...) {
        return nullptr;
    }
}

void release(martlet_echo *echo) { delete echo; }

int32_t process(martlet_echo *echo, const int16_t *reference, int16_t *microphone) {
    try {
        webrtc::AudioProcessing &processing = *echo->processing;
        int error = processing.ProcessReverseStream(
            reference, echo->format, echo->format, echo->unheard);
        if (error != webrtc::AudioProcessing::kNoError) return error;
        // The reference is aligned with its echo, except for some metres of air.
        error = processing.set_stream_delay_ms(0);
        if (error != webrtc::AudioProcessing::kNoError) return error;
        return processing.ProcessStream(microphone, echo->format, echo->format, microphone);
    } catch (...) {
        return -1;
    }
}

const martlet_echo_door door = {
    MARTLET_ECHO_DOOR_VERSION, kFrame, kDelay, MARTLET_LIBRARY, make, release,
    process,
};
}  // namespace

extern "C" __attribute__((visibility("default"))) const martlet_echo_door *martlet_echo_door(void) {
    return &door;
}
