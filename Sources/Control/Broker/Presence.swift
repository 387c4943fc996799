internal import ModelTypes
package import Mosquitto

/// What others want of the device.
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

/// The device as it is seen through a broker: what is told when, and what a message asks for.
///
/// A value: events, times (nanoseconds) and randomness (0..<1) come in, messages come out, which
/// are published in their order; what could not be published is told anew with the next line.
package struct Presence: Sendable {
    /// A state of Home Assistant has no more characters.
    package static let stateLimit = 255
    /// Longer messages ask for nothing that the device can do (bytes).
    package static let commandLimitBytes = 4096
    /// What is to be said has no more characters: a minute of speech.
    package static let speechLimit = 1000
    /// No more commands than this are taken within `commandWindow`.
    package static let commandLimit = 20
    static let commandWindow: Int64 = 10_000_000_000
    /// Devices answer the birth of Home Assistant within this, not all at once.
    static let birthSpread: Int64 = 1_000_000_000

    private let settings: PresenceSettings
    private let topics: PresenceTopics
    private var isConnected = false
    private var state = PresenceState()
    /// What the broker has of each property.
    private var told: [PresenceTopics.Property: String] = [:]
    private var commandTimes: [Int64] = []
    private var hasComplained = false
    /// When Home Assistant is told everything again.
    package private(set) var deadline: Int64?

    /// A presence that nobody sees yet.
    package init(_ settings: PresenceSettings) {
        self.settings = settings
        topics = PresenceTopics(settings)
    }

    /// What is to be subscribed to.
    package var filters: [String] {
        PresenceSettings.Power.allCases.filter(settings.powers.contains).map(topics.command)
            + (settings.isAnnounced ? [topics.birth] : [])
    }

    /// Whether a message may be for this device, to be asked before it is carried any further.
    package static func concerns(
        _ message: MQTTMessage, _ filters: [String]
    ) -> Bool {
        message.payload.count <= commandLimitBytes && filters.contains(message.topic)
    }

    /// What the broker tells the others when the line breaks.
    package var will: MQTTMessage { status(PresenceTopics.offline) }

    /// The last messages of an orderly end.
    package var farewell: [MQTTMessage] { [will] }

    /// Messages after which the broker and Home Assistant know nothing of the device.
    package var removal: [MQTTMessage] { topics.removal }

    private func status(_ text: String) -> MQTTMessage {
        MQTTMessage(topic: topics.status, text, isRetained: true)
    }

    // MARK: - The line

    /// The line stands: everything is told.
    package mutating func connected() -> [MQTTMessage] {
        isConnected = true
        deadline = nil
        return introduction()
    }

    /// The line is lost.
    package mutating func disconnected() {
        isConnected = false
        deadline = nil
    }

    private mutating func introduction() -> [MQTTMessage] {
        told = [:]
        // Without announcements one of an earlier time is taken back.
        let payload = settings.isAnnounced ? Announcement(settings).payload.serialized : ""
        let announcement = MQTTMessage(topic: topics.announcement, payload, isRetained: true)
        return [announcement, status(PresenceTopics.online)] + news()
    }

    // MARK: - What is told

    /// Something may have changed.
    package mutating func changed(_ state: PresenceState) -> [MQTTMessage] {
        self.state = state
        return isConnected ? news() : []
    }

    /// A message could not be published: it is told again with the next news.
    package mutating func refused(_ message: MQTTMessage) {
        for property in PresenceTopics.Property.allCases
        where topics.topic(property) == message.topic {
            told[property] = nil
        }
    }

    /// The time is at or past `deadline`.
    package mutating func deadlineReached() -> [MQTTMessage] {
        deadline = nil
        return isConnected ? introduction() : []
    }

    private mutating func news() -> [MQTTMessage] {
        PresenceTopics.Property.allCases.compactMap { property in
            guard let text = text(of: property), told[property] != text else { return nil }
            told[property] = text
            return MQTTMessage(topic: topics.topic(property), text, isRetained: property.isKept)
        }
    }

    private func text(of property: PresenceTopics.Property) -> String? {
        switch property {
        case .state: return state.activity.rawValue
        case .mute: return state.isMuted ? "ON" : "OFF"
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

    /// Words as a state can hold them; nil where they are not told.
    private func words(_ text: String) -> String? {
        guard settings.tellsWords, !text.isEmpty else { return nil }
        let scalars = text.unicodeScalars
        guard scalars.count > Self.stateLimit else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(Self.stateLimit - 1))) + "…"
    }

    // MARK: - What is asked

    /// A message came: what it asks for, and what is to be said of it in the log.
    package mutating func received(
        _ message: MQTTMessage, at now: Int64, random: Double
    ) -> (command: PresenceCommand?, complaint: String?) {
        // One that the broker has kept was meant for another time.
        guard !message.isRetained, message.payload.count <= Self.commandLimitBytes else {
            return (nil, nil)
        }
        if message.topic == topics.birth {
            if message.text == PresenceTopics.online, settings.isAnnounced, deadline == nil {
                deadline = now + Int64(random * Double(Self.birthSpread))
            }
            return (nil, nil)
        }
        guard let power = topics.power(of: message.topic), settings.powers.contains(power) else {
            return (nil, nil)
        }
        guard let command = command(power, message.text) else {
            return admit(at: now)
                ? (nil, "a message to \(message.topic) asks for nothing that there is") : (nil, nil)
        }
        // Privacy is not a matter of how much else was asked for.
        if command == .setMuted(true) { return (command, nil) }
        guard admit(at: now) else {
            defer { hasComplained = true }
            return (
                nil,
                hasComplained
                    ? nil : "more than \(Self.commandLimit) commands came by MQTT; some are dropped"
            )
        }
        hasComplained = false
        return (command, nil)
    }

    private mutating func admit(at now: Int64) -> Bool {
        commandTimes.removeAll { $0 <= now - Self.commandWindow }
        guard commandTimes.count < Self.commandLimit else { return false }
        commandTimes.append(now)
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
            guard let number = Double(text), (0...100).contains(number) else { return nil }
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
