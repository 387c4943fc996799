internal import Mosquitto

/// The topics of what is published and of what may be asked for.
///
/// `martlet/ID/status` is the availability; each property has a topic, and each that may be set
/// the same one with `/set`.
struct PresenceTopics: Sendable {
    /// What is published, each under a topic of its own.
    enum Property: String, CaseIterable, Sendable {
        case state, mute, volume, pin, timers, request, reply, diagnostics

        /// Whether the broker keeps it for those who come later.
        ///
        /// Words are published once, and retained by no broker.
        var isKept: Bool { self != .request && self != .reply }
    }

    static let online = "online"
    static let offline = "offline"

    let base: String
    /// Where Home Assistant reads what the device consists of.
    let announcement: String
    /// Where Home Assistant says that it has started.
    let birth: String

    init(_ settings: PresenceSettings) {
        base = "\(settings.prefix)/\(settings.id)"
        announcement = "\(settings.discoveryPrefix)/device/\(settings.id)/config"
        birth = "\(settings.discoveryPrefix)/status"
    }

    var status: String { "\(base)/status" }

    func topic(_ property: Property) -> String { "\(base)/\(property.rawValue)" }

    func command(_ power: PresenceSettings.Power) -> String { "\(base)/\(power.rawValue)/set" }

    /// What the device is asked by a message under this topic.
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
