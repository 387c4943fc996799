internal import Mosquitto

/// The topics of properties and of commands.
///
/// `martlet/ID/status` is the availability; each property has a topic, and a property that may be
/// set has the same topic with `/set`.
struct PresenceTopics: Sendable {
    /// What is published, each under a topic of its own.
    enum Property: String, CaseIterable, Sendable {
        case state, mute, volume, pin, timers, request, reply, diagnostics

        /// Whether the broker retains it for later subscribers.
        ///
        /// Words are published once, and never retained.
        var isKept: Bool { self != .request && self != .reply }
    }

    static let online = "online"
    static let offline = "offline"

    let base: String
    /// The topic of the device's discovery message.
    let announcement: String
    /// The topic on which Home Assistant reports that it has started.
    let birth: String

    init(_ settings: PresenceSettings) {
        base = "\(settings.prefix)/\(settings.id)"
        announcement = "\(settings.discoveryPrefix)/device/\(settings.id)/config"
        birth = "\(settings.discoveryPrefix)/status"
    }

    var status: String { "\(base)/status" }

    func topic(_ property: Property) -> String { "\(base)/\(property.rawValue)" }

    func command(_ power: PresenceSettings.Power) -> String { "\(base)/\(power.rawValue)/set" }

    /// What a message under this topic asks of the device.
    func power(of topic: String) -> PresenceSettings.Power? {
        guard topic.hasPrefix(base + "/"), topic.hasSuffix("/set") else { return nil }
        return PresenceSettings.Power(
            rawValue: String(topic.dropFirst(base.count + 1).dropLast("/set".count)))
    }

    /// Messages after which the broker knows nothing of the device.
    var removal: [MQTTMessage] {
        ([announcement, status] + Property.allCases.map(topic)).map {
            MQTTMessage(topic: $0, "", isRetained: true)
        }
    }
}
