/// What a gesture does.
package enum ButtonAction: Sendable, Equatable {
    /// Nothing.
    case nothing
    /// Talk, as conversation.mode says.
    case talk
    /// Silence: the answer, the alarm or the turn ends.
    case stop
    /// Mute the microphone, or unmute it.
    case mute
    /// Say the last answer again.
    case repeatAnswer
    case volumeUp
    case volumeDown
    /// Call a tool by its name; the arguments are JSON.
    case tool(name: String, arguments: String)

    /// The service allows no longer names.
    private static let nameLimit = 64

    /// Reads an action as the configuration writes it: a word, or `tool NAME {JSON}` as `martlet
    /// tools call` takes it.
    ///
    /// It does not check the JSON.
    package init(_ text: String) throws(PanelError) {
        switch text {
        case "", "none": self = .nothing
        case "talk": self = .talk
        case "stop": self = .stop
        case "mute": self = .mute
        case "repeat": self = .repeatAnswer
        case "volume_up": self = .volumeUp
        case "volume_down": self = .volumeDown
        default: self = try Self.tool(in: text)
        }
    }

    /// The action as the configuration writes it.
    package var text: String {
        switch self {
        case .nothing: ""
        case .talk: "talk"
        case .stop: "stop"
        case .mute: "mute"
        case .repeatAnswer: "repeat"
        case .volumeUp: "volume_up"
        case .volumeDown: "volume_down"
        case .tool(let name, let arguments): "tool \(name) \(arguments)"
        }
    }

    private static func tool(in text: String) throws(PanelError) -> ButtonAction {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.first == "tool" else {
            throw .badAction(
                "allowed: talk, stop, mute, repeat, volume_up, volume_down, none, or a tool with "
                    + "its arguments, as in 'tool switch_output {\"output\": \"lamp\", \"action\": "
                    + "\"toggle\"}'")
        }
        guard words.count > 1, words[1].utf8.count <= nameLimit, !words[1].hasPrefix("{") else {
            throw .badAction("'tool' is followed by the name of one")
        }
        let arguments = words.count > 2 ? String(words[2]) : "{}"
        guard arguments.hasPrefix("{"), arguments.hasSuffix("}") else {
            throw .badAction("the arguments must be a JSON object, {…}")
        }
        return .tool(name: String(words[1]), arguments: arguments)
    }
}
