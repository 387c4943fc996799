internal import WireCodec

/// The state of a device, as the model reads it.
enum HomeReport {
    /// Lists such as those of a player's inputs are cut (items).
    private static let listLimit = 30
    /// Longer texts are cut (characters).
    private static let textLimit = 200

    /// Attributes that are a percentage, with the value that means 100; `home_control` calls them
    /// percent.
    private static let percents: [(attribute: String, whole: Double)] = [
        ("brightness", 255), ("current_position", 100), ("percentage", 100), ("volume_level", 1),
    ]
    /// Attributes that are reported as they are.
    private static let plain = [
        "temperature", "target_temp_low", "target_temp_high", "current_temperature", "humidity",
        "current_humidity", "hvac_action", "preset_mode", "source", "effect", "media_title",
        "media_artist", "is_volume_muted", "battery_level", "next_event", "options", "hvac_modes",
        "preset_modes", "source_list", "effect_list", "min", "max",
    ]

    /// A line of a list.
    static func line(_ entity: HomeEntity, _ state: JSONValue?) -> JSONObject {
        var line: JSONObject = ["name": .string(entity.name), "kind": .string(entity.domain)]
        if let area = entity.area { line["area"] = .string(area) }
        line["state"] = .string(words(state))
        return line
    }

    /// Everything worth reporting.
    static func whole(_ entity: HomeEntity, _ state: JSONValue?) -> JSONObject {
        var report = line(entity, state)
        report["id"] = .string(entity.id)
        if let deviceClass = entity.deviceClass { report["class"] = .string(deviceClass) }
        let attributes = state?["attributes"]?.object ?? [:]
        for (attribute, whole) in percents {
            guard let number = attributes[attribute]?.double else { continue }
            report["percent"] = .int(Int64(max(0, min(100, (number * 100 / whole).rounded()))))
        }
        if let color = color(attributes["rgb_color"]) { report["color"] = .string(color) }
        if let kelvin = attributes["color_temp_kelvin"]?.int { report["kelvin"] = .int(kelvin) }
        for name in plain {
            guard let value = attributes[name], let shown = shown(value) else { continue }
            report[name] = shown
        }
        return report
    }

    /// The state with its unit.
    static func words(_ state: JSONValue?) -> String {
        guard let text = state?["state"]?.string else { return "unknown" }
        let unit = state?["attributes"]?["unit_of_measurement"]?.string
        return String((unit.map { "\(text) \($0)" } ?? text).prefix(textLimit))
    }

    /// Whether Home Assistant itself does not reach it.
    static func isAway(_ state: JSONValue?) -> Bool { state?["state"]?.string == "unavailable" }

    /// Red, green and blue as "#rrggbb"; nil if they are not a colour.
    private static func color(_ parts: JSONValue?) -> String? {
        let bytes = (parts?.array ?? []).compactMap(\.int).compactMap { UInt8(exactly: $0) }
        guard bytes.count == 3 else { return nil }
        return "#" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func shown(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .null, .object: nil
        case .bool, .int, .double: value
        case .string(let text): .string(String(text.prefix(textLimit)))
        case .array(let items):
            .array(
                items.prefix(listLimit).compactMap(\.string).map {
                    .string(String($0.prefix(textLimit)))
                })
        }
    }
}
