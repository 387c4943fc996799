internal import WireCodec

/// The actions that the model may request, in words that are the same for all kinds of devices.
enum HomeAction: String, Sendable, CaseIterable {
    case on, off, toggle
    case open, close, stop
    case lock, unlock
    case play, pause, next, previous
    case start
    case returnHome = "return_home"
    case press
    case set
    case armHome = "arm_home"
    case armAway = "arm_away"
    case armNight = "arm_night"
    case disarm
}

/// The values that an action may have.
struct HomeValues: Sendable, Equatable {
    /// Brightness, position, speed or volume.
    var percent: Int64?
    /// In the home's own unit.
    var temperature: Double?
    /// A colour's name in English.
    var color: String?
    /// A colour temperature.
    var kelvin: Int64?
    /// One of a list: a mode, an input, a preset.
    var option: String?
    /// A plain number.
    var value: Double?

    var isEmpty: Bool { self == HomeValues() }

    /// The same with the colour as Home Assistant spells it; Home Assistant silently turns an
    /// unknown one into white.
    func plain() throws(HomeFault) -> HomeValues {
        guard let color else { return self }
        guard let known = HomeColor.known(color) else {
            throw HomeFault.refused(
                "nothing was done: there is no colour \(HomeName.quoted(color)); say one of CSS in "
                    + "English, such as \(HomeColor.near(color))")
        }
        var plain = self
        plain.color = known
        return plain
    }
}

/// A call of one of Home Assistant's services.
struct HomeService: Sendable, Equatable {
    let domain: String
    let service: String
    var data: JSONObject = [:]

    /// The service for an action on a domain; the text of the failure says what the domain takes
    /// instead.
    ///
    /// The services and their fields are those of home-assistant.io/integrations/DOMAIN.
    init(_ action: HomeAction, _ values: HomeValues, on domain: String) throws(HomeFault) {
        let services = Self.services[domain] ?? [:]
        self.domain = domain
        if action == .set || action == .on, !values.isEmpty {
            let setting = try Self.setting(values.plain(), on: domain)
            service = setting.service
            data = setting.data
            return
        }
        guard let service = services[action] else {
            let known = Self.actions(on: domain).map(\.rawValue).joined(separator: ", ")
            throw HomeFault.refused(
                "nothing was done: a \(domain) "
                    + (known.isEmpty
                        ? "can only be read" : "does not take \(action.rawValue), only \(known)")
                    + (action == .set ? "; say what it is to be set to" : ""))
        }
        guard values.isEmpty else {
            throw HomeFault.refused("nothing was done: \(action.rawValue) takes no values")
        }
        self.service = service
    }

    /// The actions that a domain takes, in the order of their declaration.
    static func actions(on domain: String) -> [HomeAction] {
        let services = services[domain] ?? [:]
        return HomeAction.allCases.filter { action in
            services[action] != nil || (action == .set && settable.contains(domain))
        }
    }

    /// The domains that take any action, sorted.
    static var domains: [String] { Set(services.keys).union(settable).sorted() }

    private static let switched: [HomeAction: String] = [
        .on: "turn_on", .off: "turn_off", .toggle: "toggle",
    ]
    private static let pressed: [HomeAction: String] = [.press: "press", .on: "press"]
    private static let run: [HomeAction: String] = [.on: "turn_on", .press: "turn_on"]

    private static let services: [String: [HomeAction: String]] = [
        "light": switched, "switch": switched, "input_boolean": switched, "siren": switched,
        "humidifier": switched, "remote": switched, "fan": switched,
        "automation": switched.merging([.press: "trigger"]) { $1 },
        "climate": switched,
        "media_player": switched.merging([
            .play: "media_play", .pause: "media_pause", .stop: "media_stop",
            .next: "media_next_track", .previous: "media_previous_track",
        ]) { $1 },
        "cover": [
            .open: "open_cover", .close: "close_cover", .stop: "stop_cover", .toggle: "toggle",
        ],
        "valve": [.open: "open_valve", .close: "close_valve", .stop: "stop_valve"],
        "lock": [.lock: "lock", .unlock: "unlock", .open: "open"],
        "alarm_control_panel": [
            .armHome: "alarm_arm_home", .armAway: "alarm_arm_away", .armNight: "alarm_arm_night",
            .disarm: "alarm_disarm",
        ],
        "vacuum": [
            .start: "start", .on: "start", .stop: "stop", .pause: "pause",
            .returnHome: "return_to_base", .off: "return_to_base",
        ],
        "scene": run, "script": run.merging([.off: "turn_off", .start: "turn_on"]) { $1 },
        "button": pressed, "input_button": pressed,
    ]

    /// Domains in which something can be set.
    private static let settable: Set<String> = [
        "light", "fan", "cover", "valve", "climate", "media_player", "humidifier", "number",
        "input_number", "select", "input_select",
    ]

    private static func setting(
        _ values: HomeValues, on domain: String
    ) throws(HomeFault) -> (service: String, data: JSONObject) {
        let offers = settings[domain] ?? []
        // The first service that takes all given values; the order of the table decides between
        // two.
        guard let offer = offers.first(where: { $0.takes(values) }) else {
            let words = Set(offers.flatMap { $0.fields.map(\.value.rawValue) }).sorted()
            throw HomeFault.refused(
                "nothing was done: a \(domain) takes "
                    + (words.isEmpty
                        ? "no values"
                        : "only \(words.joined(separator: ", ")), and not all together"))
        }
        return (offer.service, offer.data(values))
    }
}

/// A service that sets something, with the fields that it takes.
struct HomeSetting: Sendable {
    /// The name of a value, as the model gives it.
    enum Value: String, Sendable {
        case percent, temperature, color, kelvin, option, value
    }

    let service: String
    let fields: [(value: Value, field: String)]

    /// Whether it takes all given values.
    func takes(_ values: HomeValues) -> Bool {
        let known = fields.map(\.value)
        return (values.percent == nil || known.contains(.percent))
            && (values.temperature == nil || known.contains(.temperature))
            && (values.color == nil || known.contains(.color))
            && (values.kelvin == nil || known.contains(.kelvin))
            && (values.option == nil || known.contains(.option))
            && (values.value == nil || known.contains(.value))
    }

    /// The service's data.
    func data(_ values: HomeValues) -> JSONObject {
        var data = JSONObject()
        for (value, field) in fields {
            switch value {
            case .percent:
                // A volume is a fraction of 1.
                data[field] = values.percent.map {
                    field == "volume_level" ? .double(Double($0) / 100) : .int($0)
                }
            case .temperature: data[field] = values.temperature.map { .double($0) }
            case .color: data[field] = values.color.map { .string($0) }
            case .kelvin: data[field] = values.kelvin.map { .int($0) }
            case .option: data[field] = values.option.map { .string($0) }
            case .value: data[field] = values.value.map { .double($0) }
            }
        }
        return data
    }
}

extension HomeService {
    private static func setting(
        _ service: String, _ fields: [(HomeSetting.Value, String)]
    ) -> HomeSetting {
        HomeSetting(service: service, fields: fields.map { (value: $0.0, field: $0.1) })
    }

    fileprivate static let settings: [String: [HomeSetting]] = [
        "light": [
            setting(
                "turn_on",
                [
                    (.percent, "brightness_pct"), (.color, "color_name"),
                    (.kelvin, "color_temp_kelvin"), (.option, "effect"),
                ])
        ],
        "fan": [
            setting("set_percentage", [(.percent, "percentage")]),
            setting("set_preset_mode", [(.option, "preset_mode")]),
        ],
        "cover": [setting("set_cover_position", [(.percent, "position")])],
        "valve": [setting("set_valve_position", [(.percent, "position")])],
        "climate": [
            setting("set_hvac_mode", [(.option, "hvac_mode")]),
            setting("set_temperature", [(.temperature, "temperature"), (.option, "hvac_mode")]),
            setting("set_humidity", [(.percent, "humidity")]),
        ],
        "humidifier": [
            setting("set_humidity", [(.percent, "humidity")]),
            setting("set_mode", [(.option, "mode")]),
        ],
        "media_player": [
            setting("volume_set", [(.percent, "volume_level")]),
            setting("select_source", [(.option, "source")]),
        ],
        "number": [setting("set_value", [(.value, "value")])],
        "input_number": [setting("set_value", [(.value, "value")])],
        "select": [setting("select_option", [(.option, "option")])],
        "input_select": [setting("select_option", [(.option, "option")])],
    ]
}
