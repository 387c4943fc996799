internal import WireCodec

/// The discovery message: what the device consists of, for Home Assistant.
///
/// Uses device discovery (Home Assistant 2024.11 and newer): one message holds the device, its
/// origin and all its entities, which thus appear, change and disappear together. In the older form
/// each entity had a message of its own, and an entity that a newer version lacks stayed behind.
/// The keys are those of `DEVICE_DISCOVERY_SCHEMA` in Home Assistant's `mqtt/schemas.py` and of
/// each platform's documentation.
struct Announcement {
    private let settings: PresenceSettings
    private let topics: PresenceTopics

    init(_ settings: PresenceSettings) {
        self.settings = settings
        topics = PresenceTopics(settings)
    }

    var payload: JSONValue {
        [
            "device": [
                "identifiers": [.string(settings.id)],
                "name": .string(settings.name),
                "manufacturer": "Martlet",
                "model": "Voice appliance",
                "sw_version": .string(settings.version),
            ],
            "origin": ["name": "Martlet", "sw_version": .string(settings.version)],
            "availability_topic": .string(topics.status),
            "payload_available": .string(PresenceTopics.online),
            "payload_not_available": .string(PresenceTopics.offline),
            "qos": 1,
            "components": .object(components),
        ]
    }

    private var components: JSONObject {
        var components: JSONObject = [:]
        for (name, platform, members) in entities {
            var component: JSONObject = ["platform": .string(platform)]
            // Only the platform: this removes an entity that was announced before.
            if let members {
                component["unique_id"] = .string("\(settings.id)_\(name)")
                for (key, value) in members { component[key] = value }
            }
            components[name] = .object(component)
        }
        return components
    }

    /// Name, platform, and further members; nil for an entity that does not exist.
    private var entities: [(String, String, [(String, JSONValue)]?)] {
        let may = settings.powers
        return [
            ("state", "sensor", stateSensor),
            ("mute", "switch", may.contains(.mute) ? muteSwitch : nil),
            ("muted", "binary_sensor", may.contains(.mute) ? nil : muteSensor),
            ("volume", "number", may.contains(.volume) ? volumeNumber : nil),
            ("volume_level", "sensor", may.contains(.volume) ? nil : volumeSensor),
            (
                "listen", "button",
                may.contains(.listen) ? button("Start listening", "mdi:microphone", .listen) : nil
            ),
            ("stop", "button", may.contains(.stop) ? button("Stop", "mdi:stop", .stop) : nil),
            ("say", "text", may.contains(.say) ? sayText : nil),
            ("announce", "notify", may.contains(.say) ? sayNotice : nil),
            ("timers", "sensor", timersSensor),
            ("next_timer", "sensor", nextTimerSensor),
            ("pin", "binary_sensor", pinSensor),
            ("request", "sensor", settings.publishesWords ? words("Last request", .request) : nil),
            ("reply", "sensor", settings.publishesWords ? words("Last reply", .reply) : nil),
            (
                "started", "sensor",
                diagnostic("Last start", "started", [("device_class", "timestamp")])
            ),
            (
                "reconnects", "sensor",
                diagnostic("Reconnects", "reconnects", [("state_class", "total_increasing")])
            ),
            (
                "xruns", "sensor",
                diagnostic("Sound dropouts", "xruns", [("state_class", "total_increasing")])
            ),
            (
                "memory", "sensor",
                diagnostic(
                    "Memory", "memory",
                    [
                        ("device_class", "data_size"), ("unit_of_measurement", "MiB"),
                        ("state_class", "measurement"),
                    ])
            ),
        ]
    }

    private func published(_ property: PresenceTopics.Property) -> (String, JSONValue) {
        ("state_topic", .string(topics.topic(property)))
    }

    private func asked(_ power: PresenceSettings.Power) -> (String, JSONValue) {
        ("command_topic", .string(topics.command(power)))
    }

    private var stateSensor: [(String, JSONValue)] {
        [
            ("name", "State"), published(.state), ("device_class", "enum"),
            (
                "options",
                .array(PresenceState.Activity.allCases.map { .string($0.rawValue) })
            ),
            ("icon", "mdi:account-voice"),
        ]
    }

    private var muteSwitch: [(String, JSONValue)] {
        [("name", "Mute"), published(.mute), asked(.mute), ("icon", "mdi:microphone-off")]
    }

    private var muteSensor: [(String, JSONValue)] {
        [("name", "Muted"), published(.mute), ("icon", "mdi:microphone-off")]
    }

    private var volumeNumber: [(String, JSONValue)] {
        [
            ("name", "Volume"), published(.volume), asked(.volume), ("min", 0), ("max", 100),
            ("step", 1), ("mode", "slider"), ("unit_of_measurement", "%"),
            ("icon", "mdi:volume-high"),
        ]
    }

    private var volumeSensor: [(String, JSONValue)] {
        [
            ("name", "Volume"), published(.volume), ("unit_of_measurement", "%"),
            ("icon", "mdi:volume-high"),
        ]
    }

    private func button(
        _ name: String, _ icon: String, _ power: PresenceSettings.Power
    ) -> [(String, JSONValue)] {
        [("name", .string(name)), asked(power), ("icon", .string(icon))]
    }

    private var sayText: [(String, JSONValue)] {
        [
            ("name", "Say"), asked(.say), ("min", 0), ("max", .int(Int64(Presence.stateLimit))),
            ("icon", "mdi:bullhorn"),
        ]
    }

    private var sayNotice: [(String, JSONValue)] {
        [("name", "Announce"), asked(.say), ("icon", "mdi:bullhorn")]
    }

    private var timersSensor: [(String, JSONValue)] {
        [
            ("name", "Timers"), published(.timers), ("value_template", "{{ value_json.count }}"),
            ("state_class", "measurement"), ("icon", "mdi:timer-outline"),
        ]
    }

    private var nextTimerSensor: [(String, JSONValue)] {
        [
            ("name", "Next timer"), published(.timers), ("value_template", "{{ value_json.next }}"),
            ("device_class", "timestamp"),
        ]
    }

    private var pinSensor: [(String, JSONValue)] {
        [
            ("name", "PIN locked"), published(.pin), ("device_class", "problem"),
            ("entity_category", "diagnostic"),
        ]
    }

    private func words(
        _ name: String, _ property: PresenceTopics.Property
    ) -> [(String, JSONValue)] {
        [("name", .string(name)), published(property), ("icon", "mdi:text")]
    }

    private func diagnostic(
        _ name: String, _ key: String, _ more: [(String, JSONValue)]
    ) -> [(String, JSONValue)] {
        [
            ("name", .string(name)), published(.diagnostics),
            ("value_template", .string("{{ value_json.\(key) }}")),
            ("entity_category", "diagnostic"),
        ] + more
    }
}
