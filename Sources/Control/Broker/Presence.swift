package import Mosquitto
internal import WireCodec

/// What a message asks of the device.
package enum PresenceCommand: Sendable, Equatable {
    case setMuted(Bool)
    /// Percent of loudness.
    case setVolume(Int)
    /// One turn, as after a tap.
    case listen
    /// Silence.
    case stop
    /// These words, as they are.
    case say(String)
}

/// The reaction to a message or to a deadline.
package struct PresenceReaction: Sendable, Equatable {
    /// The commands to perform, in this order.
    package var commands: [PresenceCommand] = []
    /// The messages to publish, in this order.
    package var messages: [MQTTMessage] = []
    /// What to log about it.
    package var complaint: String?
}

/// The device as seen through a broker: what is published when, and what a message asks for.
///
/// A value: events, times (nanoseconds) and randomness (0..<1) go in, messages come out and are
/// published in order. What could not be published is published with the next connection.
package struct Presence: Sendable {
    /// A state in Home Assistant may have at most this many characters.
    package static let stateLimit = 255
    /// Longer messages cannot be commands (bytes).
    package static let commandLimitBytes = 4096
    /// Announcements are cut after this many characters: a minute of speech.
    package static let speechLimit = 1000
    /// At most this many commands of a kind are taken within `commandWindow`.
    package static let commandLimit = 20
    static let commandWindow: Int64 = 10_000_000_000
    /// Devices answer Home Assistant's birth message at random times within this, not all at once.
    static let birthSpread: Int64 = 1_000_000_000

    private let settings: PresenceSettings
    private let topics: PresenceTopics
    private var isConnected = false
    private var state = PresenceState()
    /// What was published last of each property.
    private var published: [PresenceTopics.Property: String] = [:]
    private var commandTimes: [PresenceSettings.Power: [Int64]] = [:]
    /// The last command of a kind that came too often, for states; it is performed when its time
    /// comes.
    private var held: [PresenceSettings.Power: PresenceCommand] = [:]
    private var hasComplained = false
    /// When everything is announced to Home Assistant again.
    private var birthAt: Int64?

    /// A presence that is not published yet.
    package init(_ settings: PresenceSettings) {
        self.settings = settings
        topics = PresenceTopics(settings)
    }

    /// The topics to subscribe to.
    package var filters: [String] {
        PresenceSettings.Power.allCases.filter(settings.powers.contains).map(topics.command)
            + (settings.isAnnounced ? [topics.birth] : [])
    }

    /// The topics to subscribe to with their retained messages: an earlier announcement, which is
    /// removed if there is one.
    package var keptFilters: [String] { settings.isAnnounced ? [] : [topics.announcement] }

    /// When to call `deadlineReached`.
    package var deadline: Int64? {
        ([birthAt] + held.keys.map { nextAdmission($0) }).compactMap { $0 }.min()
    }

    /// Whether a message may be for this device; checked before it is carried any further.
    package static func concerns(
        _ message: MQTTMessage, _ filters: [String]
    ) -> Bool {
        (message.payload.count <= commandLimitBytes || message.isRetained)
            && filters.contains(message.topic)
    }

    /// The message that the broker publishes when the connection breaks.
    package var will: MQTTMessage { status(PresenceTopics.offline) }

    /// The last messages of an orderly end.
    package var farewell: [MQTTMessage] { [will] }

    /// Messages after which the broker and Home Assistant know nothing of the device.
    package var removal: [MQTTMessage] { topics.removal }

    private func status(_ text: String) -> MQTTMessage {
        MQTTMessage(topic: topics.status, text, isRetained: true)
    }

    // MARK: - The line

    /// The connection is open: everything is published.
    package mutating func connected() -> [MQTTMessage] {
        isConnected = true
        birthAt = nil
        return introduction()
    }

    /// The connection is lost.
    package mutating func disconnected() {
        isConnected = false
        birthAt = nil
    }

    private mutating func introduction() -> [MQTTMessage] {
        published = [:]
        let announcement =
            settings.isAnnounced
            ? [
                MQTTMessage(
                    topic: topics.announcement, Announcement(settings).payload.serialized,
                    isRetained: true)
            ] : []
        return announcement + [status(PresenceTopics.online)] + news()
    }

    // MARK: - What is published

    /// Something may have changed.
    package mutating func changed(_ state: PresenceState) -> [MQTTMessage] {
        // If the user mutes the device while a mute command waits, the user's choice wins.
        if state.isMuted, !self.state.isMuted { held[.mute] = nil }
        self.state = state
        return isConnected ? news() : []
    }

    /// A message could not be published: it is published again with the next news.
    package mutating func refused(_ message: MQTTMessage) {
        for property in PresenceTopics.Property.allCases
        where topics.topic(property) == message.topic {
            published[property] = nil
        }
    }

    /// The time is at or past `deadline`.
    package mutating func deadlineReached(at now: Int64) -> PresenceReaction {
        var reaction = PresenceReaction()
        if let birthAt, birthAt <= now {
            self.birthAt = nil
            if isConnected { reaction.messages = introduction() }
        }
        for power in PresenceSettings.Power.allCases {
            guard let command = held[power], admit(power, at: now) else { continue }
            held[power] = nil
            reaction.commands.append(command)
        }
        return reaction
    }

    private mutating func news() -> [MQTTMessage] {
        PresenceTopics.Property.allCases.compactMap { property in
            guard let text = text(of: property), published[property] != text else { return nil }
            published[property] = text
            return MQTTMessage(topic: topics.topic(property), text, isRetained: property.isKept)
        }
    }

    private func text(of property: PresenceTopics.Property) -> String? {
        switch property {
        case .state: return state.activity.rawValue
        case .mute: return state.isMuted ? "ON" : "OFF"
        case .pin: return state.isPINLocked ? "ON" : "OFF"
        case .volume: return state.volume.map(String.init)
        case .timers:
            let timers: JSONValue = [
                "count": .int(Int64(state.timers)),
                "next": state.nextTimer.map(JSONValue.string) ?? .null,
            ]
            return timers.serialized
        case .request: return words(state.request)
        case .reply: return words(state.reply)
        case .diagnostics:
            guard let diagnostics = state.diagnostics else { return nil }
            let values: JSONValue = [
                "started": .string(diagnostics.started),
                "reconnects": .int(Int64(diagnostics.reconnects)),
                "xruns": .int(Int64(diagnostics.xruns)),
                "memory": .int(Int64(diagnostics.memory)),
            ]
            return values.serialized
        }
    }

    /// Words short enough for a state; nil if they are not published.
    private func words(_ text: String) -> String? {
        guard settings.publishesWords, !text.isEmpty else { return nil }
        let scalars = text.unicodeScalars
        guard scalars.count > Self.stateLimit else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(Self.stateLimit - 1))) + "…"
    }

    // MARK: - What is asked

    /// A message came; returns the reaction to it.
    ///
    /// Surplus commands of a kind are dropped; for volume and mute, which are states, the last one
    /// is performed later.
    package mutating func received(
        _ message: MQTTMessage, at now: Int64, random: Double
    ) -> PresenceReaction {
        if message.topic == topics.announcement { return takenBack(message) }
        // A retained message was meant for another time.
        guard !message.isRetained, message.payload.count <= Self.commandLimitBytes else {
            return PresenceReaction()
        }
        if message.topic == topics.birth {
            if message.text == PresenceTopics.online, settings.isAnnounced, birthAt == nil {
                birthAt =
                    now
                    + Int64((random >= 0 && random <= 1 ? random : 1) * Double(Self.birthSpread))
            }
            return PresenceReaction()
        }
        guard let power = topics.power(of: message.topic), settings.powers.contains(power) else {
            return PresenceReaction()
        }
        let text = String(validating: message.payload, as: UTF8.self)
        guard let text, let command = command(power, text) else {
            let what = text == nil ? "is not UTF-8 text" : "is not a command"
            return PresenceReaction(
                complaint: admit(power, at: now) ? "a message to \(message.topic) \(what)" : nil)
        }
        // Muting must work however many commands came before.
        guard command == .setMuted(true) || admit(power, at: now) else {
            return PresenceReaction(complaint: hold(power, command))
        }
        held[power] = nil
        hasComplained = false
        return PresenceReaction(commands: [command])
    }

    /// Removes an announcement that the broker has retained; removes none that does not exist,
    /// since Home Assistant complains of that.
    private func takenBack(_ message: MQTTMessage) -> PresenceReaction {
        guard !settings.isAnnounced, message.isRetained, !message.payload.isEmpty else {
            return PresenceReaction()
        }
        return PresenceReaction(messages: [
            MQTTMessage(topic: topics.announcement, "", isRetained: true)
        ])
    }

    /// Holds a command that came too often, if it sets a state; returns a complaint, once.
    private mutating func hold(
        _ power: PresenceSettings.Power, _ command: PresenceCommand
    ) -> String? {
        if power == .volume || power == .mute { held[power] = command }
        defer { hasComplained = true }
        return hasComplained
            ? nil
            : "more than \(Self.commandLimit) commands of a kind came by MQTT; of volume and mute "
                + "the last counts, others are dropped"
    }

    private func nextAdmission(_ power: PresenceSettings.Power) -> Int64? {
        commandTimes[power]?.first.map { $0 + Self.commandWindow }
    }

    private mutating func admit(_ power: PresenceSettings.Power, at now: Int64) -> Bool {
        var times = commandTimes[power] ?? []
        times.removeAll { $0 <= now - Self.commandWindow }
        defer { commandTimes[power] = times }
        guard times.count < Self.commandLimit else { return false }
        times.append(now)
        return true
    }

    private func command(
        _ power: PresenceSettings.Power, _ text: String
    ) -> PresenceCommand? {
        switch power {
        case .mute:
            switch text.uppercased() {
            case "ON": return .setMuted(true)
            case "OFF": return .setMuted(false)
            default: return nil
            }
        case .volume:
            // Home Assistant sends "35" or "35.0"; Swift would also read "0x20" and "1e1".
            let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
            guard isDecimal, let number = Double(text), (0...100).contains(number) else {
                return nil
            }
            return .setVolume(Int(number.rounded()))
        case .listen: return text == "PRESS" ? .listen : nil
        case .stop: return text == "PRESS" ? .stop : nil
        case .say:
            let scalars = text.unicodeScalars.prefix(Self.speechLimit).map {
                $0 < " " || $0 == "\u{7F}" ? " " : $0
            }
            let words = String(String.UnicodeScalarView(scalars))
            return words.contains { !$0.isWhitespace } ? .say(words) : nil
        }
    }
}
