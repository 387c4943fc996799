import ALSA
import Glibc
import Linux
import Testing

@Suite("PCM errors")
struct PCMErrorTests {
    init() {
        FileDevices.useTestConfiguration
    }

    @Test(
        "a missing device is reported as missing",
        arguments: ["no_such_device", "hw:31,0", "plughw:Ghost"])
    func missing(device: String) {
        for direction in [StreamDirection.capture, .playback] {
            let namesCard = device.contains(":")
            let error =
                namesCard && SoundCard.all().isEmpty
                ? ALSAError.noCard(device: device, direction: direction)
                : .noSuchDevice(device: device, direction: direction)
            #expect(throws: error) { _ = try PCM(.usual(device, direction)) }
            #expect("\(error)".contains("\(direction) device \(device)"))
            #expect("\(error)".contains("martlet devices"))
        }
    }

    @Test("a device with none of our sample formats is refused")
    func format() {
        let error = ALSAError.refused(
            device: "martlet_compressed", what: "samples of 16 to 32 bits", code: EINVAL)
        #expect(throws: error) { _ = try PCM(.usual("martlet_compressed", .playback)) }
        #expect("\(error)".contains("plughw:"))
    }

    @Test("impossible requests are refused or brought into range and never crash")
    func impossible() {
        for value in [Int32.min, -1, 0, .max] {
            let request = PCMRequest(
                device: "martlet_rates", direction: .playback, rate: value, channels: value,
                periodFrames: value, bufferFrames: value)
            do {
                let grant = try PCM(request).grant
                #expect(grant.rate > 0 && grant.channels > 0)
            } catch {
                guard case .refused = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    #if DEBUG
    @Test("each reason for a failed open has its own error")
    func opening() {
        let reasons: [(Int32, ALSAError, String)] = [
            (EBUSY, .busy(device: "null", direction: .capture), "another program holds it"),
            (EACCES, .notPermitted(device: "null", direction: .capture), "group audio"),
            (ENODEV, .noSuchDevice(device: "null", direction: .capture), "martlet devices"),
            (EIO, .cannotOpen(device: "null", direction: .capture, code: EIO), "Input/output"),
        ]
        for (code, error, advice) in reasons {
            #expect(throws: error) {
                try SystemError.$forced.withValue(["snd_pcm_open": code]) {
                    _ = try PCM(.usual("null", .capture))
                }
            }
            #expect("\(error)".contains(advice))
        }
    }

    @Test(
        "a step that fails is named, and the device is released",
        arguments: [
            ("snd_pcm_hw_params_malloc", "memory"),
            ("snd_pcm_hw_params_any", "every configuration"),
            ("snd_pcm_hw_params_set_access", "interleaved access"),
            ("snd_pcm_hw_params_set_format", "samples of 16 to 32 bits"),
            ("snd_pcm_hw_params_set_rate_near", "16000 Hz"),
            ("snd_pcm_hw_params", "16000 Hz with 1 channels"),
            ("snd_pcm_sw_params", "its thresholds"),
            ("snd_pcm_prepare", "to be prepared"),
        ])
    func steps(call: String, what: String) {
        #expect(throws: ALSAError.refused(device: "null", what: what, code: EINVAL)) {
            try SystemError.$forced.withValue([call: EINVAL]) {
                _ = try PCM(.usual("null", .playback))
            }
        }
        #expect(throws: Never.self) { _ = try PCM(.usual("null", .playback)) }
    }
    #endif
}
