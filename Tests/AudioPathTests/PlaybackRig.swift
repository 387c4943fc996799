import ALSA
import AudioCore
import Linux

@testable import AudioPath

/// The speaker's writing end and a playback loop on a scripted device, both on the test's thread.
struct PlaybackRig: ~Copyable {
    /// More steps than any test needs; a loop that gets this far hangs.
    static let stepLimit = 20_000

    let speaker: Speaker
    let share: PlaybackShare
    let listener: Listener
    let echo: EchoReference?
    let settings: AudioSettings
    var loop: PlaybackLoop<ScriptedPlayback>

    /// A rig around a device; `room` is the number of samples that may be heard.
    init(
        rate: Int32 = 24_000, channels: Int32 = 1, room: Int = 1 << 20,
        waits: [Int: ScriptedPlayback.Mishap] = [:], writes: [Int: ScriptedPlayback.Mishap] = [:],
        recovery: Int32 = 0, sleepsOn: Int = 0, canRewind: Bool = false,
        settings: AudioSettings = AudioSettings(), grant: PCMGrant? = nil
    ) throws {
        let rate = grant?.rate ?? rate
        // Calls that may throw come first: the Swift 6.0 compiler fails on an error with half a
        // rig.
        let converter = try RateConverter.make(from: 24_000, to: rate, quality: 4)
        let ends = try PlaybackEnds(settings: settings)
        self.settings = settings
        listener = Listener(room: room)
        speaker = ends.speaker
        share = ends.speaker.share
        echo = ends.echo
        loop = PlaybackLoop(
            device: ScriptedPlayback(
                listener: listener, rate: rate, channels: channels, waitMishaps: waits,
                writeMishaps: writes, recovery: recovery, sleepsOn: sleepsOn,
                canRewind: canRewind, grant: grant),
            port: ends.takePort(), converter: converter, settings: settings)
    }

    /// Steps until there is nothing more to play; returns the last step.
    mutating func playOut() -> PlaybackLoop<ScriptedPlayback>.Step {
        for _ in 0..<Self.stepLimit {
            let step = loop.step()
            // The feed's thread fills the ring whenever the loop has room, even of a resting loop.
            if share.refillSignal.wait(timeoutMilliseconds: 0) {
                speaker.refill()
            } else if step != .moved {
                return step
            }
        }
        return .moved
    }

    /// The same rings on another device, as after the loss of one.
    consuming func onAnotherDevice() -> PlaybackRig {
        PlaybackRig(replacing: self)
    }

    private init(replacing old: consuming PlaybackRig) {
        settings = old.settings
        share = old.share
        listener = old.listener
        echo = old.echo
        speaker = old.speaker
        let port = old.loop.intoPort()
        loop = PlaybackLoop(
            device: ScriptedPlayback(listener: listener), port: port, converter: nil,
            settings: settings)
    }
}
