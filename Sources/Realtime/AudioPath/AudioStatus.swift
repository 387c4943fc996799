package import ALSA
internal import AudioCore

/// The state of the audio path.
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
    /// The ALSA name that was opened last; nil before the first, and for devices other than ALSA's.
    package var device: String?
    /// Why this device, where `auto` chose it.
    package var reason: String?
    /// What could not be done with the device, which works nevertheless.
    package var warning: String?
    /// What was granted; nil while no device is open.
    package var grant: PCMGrant?
    /// Why no device is open.
    package var trouble: String?
    /// No device is open because it is not in use; it is opened when it is needed.
    package var isResting = false
    /// How often the device was lost or missing, counted once until the next opening, and the last
    /// reason.
    package var losses = 0
    package var lastLoss: String?
    /// Frames that passed.
    package var frames = 0
    /// Overruns or underruns.
    package var xruns = 0
    /// How often the card was suspended, and how often it stalled for a second.
    package var suspensions = 0
    package var stalls = 0
    /// Captured frames that were dropped because the processing was held up.
    package var lostFrames = 0
    /// Openings; more than one comes from losses, or from closing while idle.
    package var openings = 0
    /// Wake-ups of the thread by how late they came, in the classes of `LateWakeUps`.
    package var lateWakeUps: [Int] = []

    /// A device that has not been opened.
    package init() {}

    /// The device is lost; failures to reopen it count as the same loss.
    mutating func lose(_ text: String) {
        if trouble == nil {
            losses += 1
            lastLoss = text
        }
        grant = nil
        trouble = text
    }

    /// Takes over the current counts.
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
