internal import WireCodec

/// What a lamp can do, as its state says.
///
/// Home Assistant leaves out what a lamp cannot do, and calls that done. The modes are those of
/// `supported_color_modes` (developers.home-assistant.io/docs/core/entity/light).
struct HomeLamp: Sendable {
    private static let colourful: Set<String> = ["hs", "xy", "rgb", "rgbw", "rgbww"]
    private static let switchedOnly: Set<String> = ["onoff", "unknown"]

    /// Empty: it does not say.
    private let modes: Set<String>
    private let effects: [String]

    /// A lamp by its state; one without a state says nothing of itself.
    init(_ state: JSONValue?) {
        let attributes = state?["attributes"]
        modes = Set((attributes?["supported_color_modes"]?.array ?? []).compactMap(\.string))
        effects = (attributes?["effect_list"]?.array ?? []).compactMap(\.string)
    }

    /// Why not all of `light.turn_on` can be done with this data; nil when it can, or nobody knows.
    func lack(_ data: JSONObject) -> String? {
        guard !modes.isEmpty else { return nil }
        let dims = !modes.isSubset(of: Self.switchedOnly)
        let hasColours = !modes.isDisjoint(with: Self.colourful)
        if data["brightness_pct"] != nil, !dims { return "can only be switched on and off" }
        if data["color_name"] != nil, !hasColours { return "has no colours" }
        if data["color_temp_kelvin"] != nil, !hasColours, !modes.contains("color_temp") {
            return "has no colour temperature"
        }
        if let effect = data["effect"]?.string, !effects.contains(effect) {
            let some = effects.prefix(Self.namedEffects).joined(separator: ", ")
            return "has no effect \(HomeName.quoted(effect))"
                + (some.isEmpty ? "" : "; it has \(some)")
        }
        return nil
    }

    /// More are not named when another is asked for.
    private static let namedEffects = 20
}
