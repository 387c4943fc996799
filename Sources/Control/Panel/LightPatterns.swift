/// The patterns of states for which the configuration has none.
package enum LightPatterns {
    /// The pattern of a state, as the configuration would write it.
    ///
    /// Colours follow other assistants (Home Assistant Voice and its relatives); a light without
    /// colours shows states by their timing.
    package static func standard(_ state: LightState, on kind: LightKind) -> String {
        switch kind {
        case .switched:
            switch state {
            case .idle: "off"
            case .listening: "steady"
            case .thinking: "blink 250/250"
            case .speaking: "blink 900/100"
            case .muted: "blink 100/1900"
            case .offline: "blink 100/900"
            case .error: "blink 100/400"
            case .timer: "blink 80/80"
            }
        case .pixels:
            switch state {
            case .idle: "off"
            case .listening: "chase blue 900"
            case .thinking: "pulse yellow 1000"
            case .speaking: "pulse green 2000"
            case .muted: "steady red"
            case .offline: "blink red 30% 100/2900"
            case .error: "blink red 150/350"
            case .timer: "blink blue 300/300"
            }
        }
    }

    /// All states' patterns; `wish` returns the configuration's, or an empty text.
    package static func all(
        on kind: LightKind, wish: (LightState) -> String
    ) throws(PanelError) -> [LightState: LightPattern] {
        var patterns: [LightState: LightPattern] = [:]
        for state in LightState.allCases {
            let text = wish(state)
            patterns[state] = try LightPattern(text.isEmpty ? standard(state, on: kind) : text)
        }
        return patterns
    }
}
