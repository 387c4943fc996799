/// The device's identity on a broker, and what messages may make it do.
package struct PresenceSettings: Sendable {
    /// What messages may make the device do.
    package enum Power: String, Sendable, CaseIterable {
        case mute, volume, listen, stop, say
    }

    /// Letters, digits, _ and -; no two devices have the same.
    package var id: String
    /// Its name for people.
    package var name: String
    /// The program's version.
    package var version: String
    /// Its topics begin with this, followed by its id.
    package var prefix: String
    /// Whether it announces itself to Home Assistant.
    package var isAnnounced: Bool
    /// The prefix of the topics on which Home Assistant listens for that.
    package var discoveryPrefix: String
    package var powers: Set<Power>
    /// Whether the words of the last request and reply are published.
    package var publishesWords: Bool

    /// A device's settings.
    package init(
        id: String, name: String, version: String, prefix: String, isAnnounced: Bool,
        discoveryPrefix: String, powers: Set<Power>, publishesWords: Bool
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.prefix = prefix
        self.isAnnounced = isAnnounced
        self.discoveryPrefix = discoveryPrefix
        self.powers = powers
        self.publishesWords = publishesWords
    }
}

/// The state of the device, as others see it.
package struct PresenceState: Sendable, Equatable {
    /// What it does, in one word.
    package enum Activity: String, Sendable, CaseIterable {
        case idle, listening, thinking, speaking, ringing, muted, offline, error
    }

    /// Figures since the program started.
    package struct Diagnostics: Sendable, Equatable {
        /// When the program started (ISO 8601, with its zone).
        package var started: String
        /// How often the session with the service was reconnected.
        package var reconnects: Int
        /// Overruns and underruns of the sound devices.
        package var xruns: Int
        /// The resident memory (MiB).
        package var memory: Int

        /// Creates the figures.
        package init(started: String, reconnects: Int, xruns: Int, memory: Int) {
            self.started = started
            self.reconnects = reconnects
            self.xruns = xruns
            self.memory = memory
        }
    }

    package var activity = Activity.offline
    package var isMuted = false
    /// PINs are locked, after too many wrong ones.
    package var isPINLocked = false
    /// Percent of loudness; nil while there is no loudspeaker.
    package var volume: Int?
    /// How many timers, alarms and reminders there are.
    package var timers = 0
    /// When the next of them rings (ISO 8601, with its zone); nil: none does.
    package var nextTimer: String?
    /// The user's last words, and the answer to them.
    package var request = ""
    package var reply = ""
    /// Nil until the first is known.
    package var diagnostics: Diagnostics?

    /// A device that has just started.
    package init() {}
}
