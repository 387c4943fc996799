package import Configuration
package import Linux

/// What the user has set by hand, which a start with other settings does not undo.
package struct UserOverrides: Sendable, Equatable {
    /// Whether the microphone was muted, and by what.
    package enum Mute: Sendable, Equatable {
        case open
        /// Until a hand opens it.
        case byHand
        /// By words, until a press or a time of CLOCK_MONOTONIC (nanoseconds).
        case byWords(until: Int64?)
    }

    package var mute = Mute.open
    /// 0 to 100 percent of loudness; nil if it was not set.
    package var volumePercent: Double?

    /// Nothing was set by hand.
    package init() {}
}

/// A sign of life of a device.
package struct DevicePulse: Sendable, Equatable {
    /// Frames from the microphone since the start, and which opening of it this is.
    package var captureFrames: Int
    package var captureOpenings: Int
    /// Whether it is open, so that frames must come.
    package var hasMicrophone: Bool
    /// The device's state, in one line for `systemctl status`.
    package var status: String

    /// A sign of life.
    package init(
        captureFrames: Int, captureOpenings: Int, hasMicrophone: Bool, status: String = ""
    ) {
        self.captureFrames = captureFrames
        self.captureOpenings = captureOpenings
        self.hasMicrophone = hasMicrophone
        self.status = status
    }
}

/// What the supervisor runs: the whole device, or what a test puts in its place.
package protocol SupervisedDevice: Sendable {
    /// Starts; called once. `stop` is called even if this throws.
    func start() async throws
    /// Ends everything in order; called once, and nothing after it.
    func stop() async
    /// Whether nothing is going on, so that nobody would notice a restart.
    func isQuiet() async -> Bool
    /// Takes over what `SettingsChange` allows to change while it runs.
    func apply(_ settings: Settings) async
    /// What the user has set by hand since the start, or before it.
    func handSettings() async -> UserOverrides
    /// Proves that it is alive; nil if it does not answer.
    func pulse() async -> DevicePulse?
}

/// The receiver of the daemon's state: systemd.
package protocol LifeNotifier: Sendable {
    /// The longest time between calls of `watchdog`; nil when there is no watchdog.
    var watchdogInterval: Duration? { get }
    func ready()
    func reloading()
    func stopping()
    func watchdog()
    /// One line for `systemctl status`.
    func status(_ text: String)
}

extension ServiceNotifier: LifeNotifier {}

/// Judges signs of life.
///
/// The microphone must move while it is open; one that was opened again since the last look, or is
/// known to be lost or closed, proves no fault.
struct Vitality {
    private var last: DevicePulse?

    /// Whether the device lives, as the next sign shows.
    mutating func lives(_ pulse: DevicePulse) -> Bool {
        defer { last = pulse }
        guard pulse.hasMicrophone, let last, last.hasMicrophone,
            last.captureOpenings == pulse.captureOpenings
        else { return true }
        return last.captureFrames != pulse.captureFrames
    }
}
