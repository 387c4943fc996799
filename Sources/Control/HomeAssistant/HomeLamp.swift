internal import WireCodec

/// The abilities of a lamp, read from its state.
///
/// Home Assistant skips what a lamp cannot do, and reports success. The modes are those of
/// `supported_color_modes` (developers.home-assistant.io/docs/core/entity/light).
struct HomeLamp: Sendable {
    private static let colourful: Set<String> = ["hs", "xy", "rgb", "rgbw", "rgbww"]
    private static let switchedOnly: Set<String> = ["onoff", "unknown"]

    /// Empty: not known.
    private let modes: Set<String>
    private let effects: [String]

    /// A lamp by its state; without a state nothing is known of it.
    init(_ state: JSONValue?) {
        let attributes = state?["attributes"]
        modes = Set((attributes?["supported_color_modes"]?.array ?? []).compactMap(\.string))
        effects = (attributes?["effect_list"]?.array ?? []).compactMap(\.string)
    }

    /// Why not all of `light.turn_on` can be done with this data; nil when it can, or when that is
    /// not known.
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

    /// At most this many are named when an unknown one is asked for.
    private static let namedEffects = 20
}
