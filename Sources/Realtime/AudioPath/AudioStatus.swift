package import ALSA
internal import AudioCore

/// What the audio path does.
package struct AudioStatus: Sendable, Equatable {
    package let capture: DeviceStatus
    package let playback: DeviceStatus
    /// The device that plays music alone; nil where there is none.
    package let music: DeviceStatus?
    /// Whether the audio threads were given SCHED_FIFO.
    package let isRealTime: Bool
    /// What the level meter shows.
    package let microphone: MicrophoneLevels
    /// What the echo canceller does; nil where there is none.
    package let echo: EchoStatus?

    /// Puts a status together.
    package init(
        capture: DeviceStatus, playback: DeviceStatus, music: DeviceStatus? = nil,
        isRealTime: Bool, microphone: MicrophoneLevels, echo: EchoStatus? = nil
    ) {
        self.capture = capture
        self.playback = playback
        self.music = music
        self.isRealTime = isRealTime
        self.microphone = microphone
        self.echo = echo
    }
}

/// What one device does, and what happened to it since the start.
package struct DeviceStatus: Sendable, Equatable {
    /// The ALSA name that was opened last; nil before the first, and for anything but an ALSA device.
    package var device: String?
    /// Why this device, where `auto` chose it.
    package var reason: String?
    /// What could not be done with the device, which works all the same.
    package var warning: String?
    /// What was granted; nil while there is no device.
    package var grant: PCMGrant?
    /// Why there is none.
    package var trouble: String?
    /// There is none because nobody needs it now; it is opened when somebody does.
    package var isResting = false
    /// Times that one was lost or none was there, each until the next is open, and why last.
    package var losses = 0
    package var lastLoss: String?
    /// Frames that passed.
    package var frames = 0
    /// Overruns or underruns.
    package var xruns = 0
    /// Times that the card was put to sleep, and that it stood still for a second.
    package var suspensions = 0
    package var stalls = 0
    /// Captured frames that found no room, since the processing was held up.
    package var lostFrames = 0
    /// Openings; more than one comes from losses, or from closing while idle.
    package var openings = 0
    /// Wake-ups of the thread by how late they came, in the classes of `LateWakeUps`.
    package var lateWakeUps: [Int] = []

    /// A device that has not been opened.
    package init() {}

    /// There is no device now; that it cannot be opened again is the same loss.
    mutating func lose(_ text: String) {
        if trouble == nil {
            losses += 1
            lastLoss = text
        }
        grant = nil
        trouble = text
    }

    /// Takes the numbers as they are now.
    mutating func count(_ counters: AudioCounters) {
        frames = counters.frames.value
        xruns = counters.xruns.value
        suspensions = counters.suspensions.value
        stalls = counters.stalls.value
        lostFrames = counters.lostFrames.value
        openings = counters.reopenings.value
        lateWakeUps = counters.lateWakeUps.counts
    }
}
