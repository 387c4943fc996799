package import Assistant
package import AudioPath
package import Timers
package import VoiceSession

/// What the device knows of itself at one moment.
///
/// Everything that shows the device shows a view of this: the model's `device_status`, the broker, the
/// light. `DeviceReporter` makes it.
package struct DeviceReport: Sendable {
    /// The connection to the service.
    package struct Link: Sendable, Equatable {
        /// Whether what is said now is sent now.
        package var isReady = false
        /// Connections that were made since the start.
        package var connections = 0
        /// Why there is no connection although one is wanted; nil if there is no such trouble.
        package var outage: String?
    }

    /// What keeps the microphone from hearing.
    package struct Mute: Sendable, Equatable {
        package var isOn = false
        /// The model was asked for it.
        package var isByWords = false
        /// When it ends by itself (CLOCK_MONOTONIC); nil: it does not.
        package var endsAt: Int64?
    }

    /// Timers and alarms that ring now or later.
    package struct Timers: Sendable, Equatable {
        package var count = 0
        package var ringing = 0
        package var missed = 0
        /// When the next one rings (nanoseconds since 1970); nil: none does.
        package var next: Int64?
    }

    /// A part of the device that may be in trouble.
    package enum Part: String, Sendable, CaseIterable {
        case settings, service, microphone, loudspeaker, storage
        case musicOutput = "music output"
    }

    /// Something that the owner should fix.
    package struct Trouble: Sendable, Equatable {
        package var part: Part
        /// What is wrong, and what to do about it.
        package var text: String
    }

    /// The program's version.
    package var version: String
    /// The time by all clocks.
    package var now: Now
    /// When the program started: CLOCK_MONOTONIC, and nanoseconds since 1970.
    package var startedAt: Int64
    package var startedAtWall: Int64
    /// The indication that the conversation wants shown.
    package var indication: Indication
    package var link: Link
    package var mute: Mute
    /// Percent of loudness.
    package var volume: Double
    /// The sound devices with what they granted; nil before they are opened.
    package var audio: AudioStatus?
    package var timers: Timers
    /// What was spent on the service.
    package var tokens: TokenLedger
    /// The last turn whose answer was heard; nil before the first.
    package var turn: TurnReport?
    /// Whether wrong PINs have locked everything that asks for one.
    package var isPINLocked: Bool
    /// Whether timers, mute and the conversation outlast a restart.
    package var isKept: Bool
    /// The program's resident memory (MiB).
    package var memory: Int
    package var troubles: [Trouble]
}
