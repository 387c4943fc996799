internal import AudioCore
internal import SpeexDSP
internal import WebRTC

/// Removes the echo from a frame of 20 ms: with WebRTC's canceller where the system has it, else
/// with SpeexDSP's.
///
/// Used by the processing thread; only `make` allocates. WebRTC's library may allocate and lock by
/// itself.
enum EchoFilter {
    case webrtc(WebRTCCanceller)
    case speex(EchoCanceller)

    /// The canceller that the settings ask for, and why it is not WebRTC's where that was wanted.
    static func make(_ settings: EchoSettings) -> (filter: EchoFilter, lack: String?) {
        var lack: String?
        if settings.canceller != .speex {
            do {
                return (.webrtc(try WebRTCCanceller(path: settings.pluginPath)), nil)
            } catch {
                lack = "\(error)"
            }
        }
        let rate = AudioSettings.microphoneRate
        let speex = EchoCanceller(
            frameSamples: AudioSettings.frameSamples,
            tailSamples: settings.tailMilliseconds * Int(rate) / 1000, rate: rate)
        return (.speex(speex), lack)
    }

    /// The library, for people.
    var name: String {
        switch self {
        case .webrtc(let canceller): canceller.library
        case .speex: "SpeexDSP"
        }
    }

    /// By how much the output is later than the microphone (samples).
    var delaySamples: Int {
        switch self {
        case .webrtc(let canceller): canceller.delaySamples
        case .speex: 0
        }
    }

    // What follows was chosen on `packaging/audio-figures.sh PROGRAM FOLDER replies`, set `tuning`.

    /// The least attenuation of an echo while the canceller works (decibels).
    ///
    /// With the net as the voice detector and WebRTC's canceller, at 10, 14, 18 and 22 the device
    /// took itself for a person 3, 4, 8 and 15 times, and heard a person 38, 40, 40 and 40 times of
    /// 42. With SpeexDSP's at 6, 10 and 14: 15, 14 and 27 times, and 11, 32 and 39 times.
    var leastDecibels: Float {
        switch self {
        case .webrtc: 14
        case .speex: 10
        }
    }

    /// Frames of the room alone that it is given before its first reply.
    ///
    /// From 2 s of them WebRTC's learns the room's own noise: it then attenuates the first 3 s of
    /// the reply by 26 dB instead of 22.
    var warmUpFrames: Int {
        switch self {
        case .webrtc: 100
        case .speex: 0
        }
    }

    var reach: EchoTimeline.Reach {
        switch self {
        case .webrtc: .far
        case .speex: .near
        }
    }

    /// Takes a frame of the microphone and the reference of the same moment, and gives what is
    /// left; returns false if the library refused, and the microphone is given unchanged.
    func process(
        microphone: UnsafePointer<Int16>, reference: UnsafePointer<Int16>,
        into output: UnsafeMutablePointer<Int16>
    ) -> Bool {
        switch self {
        case .speex(let canceller):
            canceller.process(microphone: microphone, reference: reference, into: output)
        case .webrtc(let canceller):
            output.update(from: microphone, count: AudioSettings.frameSamples)
            let part = WebRTCCanceller.frameSamples
            for start in stride(from: 0, to: AudioSettings.frameSamples, by: part) {
                let code = canceller.process(
                    reference: reference + start, microphone: output + start)
                guard code == 0 else {
                    output.update(from: microphone, count: AudioSettings.frameSamples)
                    return false
                }
            }
        }
        return true
    }
}
