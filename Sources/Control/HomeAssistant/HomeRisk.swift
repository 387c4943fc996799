internal import ModelTypes
internal import Text
internal import Tools
internal import WireCodec

/// Says how much harm a call of a service can do.
///
/// It judges the service that will be called and its data, on the entity that it is called on, and
/// not the action's name, since several names lead to one service. What is not known to be harmless
/// is not harmless.
struct HomeRisk: Sendable {
    /// The risk of harmless things, such as a lamp.
    var plain: ToolRisk
    /// The risk of what may do anything, since its owner has written or wired it.
    var indirect: ToolRisk
    /// Entities that let someone in although they do not look like it; `*` for any characters.
    var guarded: [String]

    /// Kinds that do nothing but what their name says.
    private static let plainDomains: Set<String> = [
        "light", "fan", "climate", "humidifier", "media_player", "siren", "vacuum",
    ]
    /// Covers that let nobody in (home-assistant.io/integrations/cover, device classes); the others
    /// are doors, garage doors, gates, windows, and covers without a class.
    private static let harmlessCovers: Set<String> = [
        "awning", "blind", "curtain", "damper", "shade", "shutter",
    ]
    private static let closingServices: Set<String> = [
        "close_cover", "stop_cover", "close_cover_tilt", "stop_cover_tilt", "close_valve",
        "stop_valve",
    ]

    /// How much harm a service can do on an entity.
    func risk(of service: HomeService, on entity: HomeEntity) -> ToolRisk {
        if guarded.contains(where: { Pattern.matches(entity.id, $0) }) { return .unlock }
        switch entity.domain {
        case "lock": return service.service == "lock" ? plain : .unlock
        case "alarm_control_panel":
            return service.service.hasPrefix("alarm_arm_") ? plain : .unlock
        case "cover":
            let isHarmless = entity.deviceClass.map(Self.harmlessCovers.contains) ?? false
            return isHarmless || Self.closes(service) ? plain : .unlock
        case "valve":
            // Water is turned on every day, gas is not.
            return entity.deviceClass == "water" || Self.closes(service) ? plain : max(plain, .high)
        case let domain where Self.plainDomains.contains(domain): return plain
        default: return max(plain, indirect)
        }
    }

    /// Whether it opens nothing further; position 0 is closed for everything that has a position.
    private static func closes(_ service: HomeService) -> Bool {
        if closingServices.contains(service.service) { return true }
        return ["set_cover_position", "set_valve_position"].contains(service.service)
            && service.data["position"] == 0
    }
}

extension HomeAction {
    /// Whether this lets someone in on every domain that has it.
    var letsInAnywhere: Bool { self == .unlock || self == .disarm }
}
