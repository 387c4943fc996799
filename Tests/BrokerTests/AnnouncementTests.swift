import Testing
import WireCodec

@testable import Broker

/// The announcement, against Home Assistant's own checks.
struct AnnouncementTests {
    private let settings = PresenceSettings(
        id: "martlet_1", name: "Kitchen", version: "1.0", prefix: "home/martlet",
        isAnnounced: true, discoveryPrefix: "homeassistant",
        powers: Set(PresenceSettings.Power.allCases), publishesWords: true)

    private var components: [(name: String, value: JSONValue)] {
        guard case .object(let members)? = Announcement(settings).payload["components"] else {
            return []
        }
        return members.names.map { ($0, members[$0] ?? .null) }
    }

    /// `homeassistant/components/mqtt/schemas.py`: the required fields of a device's announcement.
    @Test("device, origin and components are present with all required fields")
    func device() {
        let payload = Announcement(settings).payload
        #expect(payload["device"]?["identifiers"] == ["martlet_1"])
        #expect(payload["device"]?["name"] == "Kitchen")
        #expect(payload["origin"]?["name"]?.string?.isEmpty == false)
        #expect(payload["availability_topic"] == "home/martlet/martlet_1/status")
        #expect(payload["payload_available"] == "online")
        #expect(payload["payload_not_available"] == "offline")
        #expect(!components.isEmpty)
    }

    @Test("every entity has a platform, a name of its own and the topics that its platform needs")
    func entities() {
        let offered = components.filter { $0.value["unique_id"] != nil }
        #expect(Set(offered.map { $0.value["unique_id"]?.string }).count == offered.count)
        #expect(Set(offered.map { $0.value["name"]?.string }).count == offered.count)
        for (name, entity) in offered {
            let platform = entity["platform"]?.string ?? ""
            let state = entity["state_topic"]?.string
            let command = entity["command_topic"]?.string
            switch platform {
            case "sensor", "binary_sensor": #expect(state != nil && command == nil, "\(name)")
            case "button", "text", "notify": #expect(command != nil, "\(name)")
            case "switch", "number": #expect(state != nil && command != nil, "\(name)")
            default: Issue.record("\(name) is of no known platform: \(platform)")
            }
            for topic in [state, command].compactMap({ $0 }) {
                #expect(topic.hasPrefix("home/martlet/martlet_1/"))
            }
        }
        let platforms = Set(offered.compactMap { $0.value["platform"]?.string })
        #expect(
            platforms == [
                "sensor", "binary_sensor", "switch", "number", "button", "text", "notify",
            ])
    }

    @Test("a sensor with an enumeration lists all its values, and has no unit or state class")
    func enumeration() {
        let sensor = components.first { $0.name == "state" }?.value
        #expect(
            sensor?["options"]
                == [
                    "idle", "listening", "thinking", "speaking", "ringing", "muted", "offline",
                    "error",
                ])
        #expect(sensor?["device_class"] == "enum")
        #expect(sensor?["state_class"] == nil && sensor?["unit_of_measurement"] == nil)
    }

    @Test("no text entity takes more than fits into a state")
    func text() {
        let say = components.first { $0.name == "say" }?.value
        #expect(say?["max"] == 255)
        #expect(say?["min"] == 0)
    }
}
