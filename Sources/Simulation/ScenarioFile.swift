internal import Configuration
internal import Linux
internal import ModelTypes

/// A scenario as a small TOML file.
///
///     key = "test-key"
///     [[turn]]
///     heard = "Turn on the lamp."
///     call = { name = "switch_output", arguments = { output = "lamp", action = "on" } }
///     says = "The lamp is on."
extension Scenario {
    /// A longer scenario is none (bytes).
    private static let sizeLimitBytes = 256 << 10

    /// Reads a file and has its sentences spoken; throws all mistakes at once.
    package static func read(path: String) async throws -> Scenario {
        let bytes = try Files.read(path, limitBytes: sizeLimitBytes)
        return try await parse(String(decoding: bytes, as: UTF8.self), file: path)
    }

    /// Reads a text and has its sentences spoken; throws all mistakes at once.
    package static func parse(_ text: String, file: String) async throws -> Scenario {
        let (table, mistakes) = TOMLParser.parse(text, file: file)
        var reader = ScenarioReader(mistakes: mistakes)
        reader.read(table)
        if reader.mistakes.isEmpty, reader.turns.isEmpty,
            reader.scenario.echoSecondsPerSecond == nil
        {
            reader.mistakes.append(
                Diagnostic(
                    nil, "\(file): a scenario needs a [[turn]], or echo_seconds_per_second"))
        }
        for (turn, voice) in reader.turns {
            var turn = turn
            // A sentence is not spoken for a scenario that is refused.
            if voice != nil || reader.mistakes.isEmpty {
                do {
                    turn.voice = try await StoredVoice.samples(voice?.name, saying: turn.says)
                } catch {
                    guard let voice else { throw error }
                    reader.mistakes.append(
                        Diagnostic(voice.position, "turn.voice \"\(voice.name)\": \(error)"))
                }
            }
            reader.scenario.turns.append(turn)
        }
        guard reader.mistakes.isEmpty else {
            throw ConfigurationErrors(
                diagnostics: reader.mistakes.sorted { one, other in
                    guard let one = one.position, let other = other.position else { return false }
                    return one < other
                })
        }
        return reader.scenario
    }
}

/// Reads a scenario's table and collects what is wrong in it.
private struct ScenarioReader {
    var scenario = Scenario(turns: [])
    /// The turns, and the stored sounds that they name.
    var turns: [(Scenario.Turn, voice: (name: String, position: Position)?)] = []
    var mistakes: [Diagnostic]

    init(mistakes: [Diagnostic]) { self.mistakes = mistakes }

    mutating func read(_ table: TOMLTable) {
        for member in table.members {
            let value = member.node.value
            switch member.key {
            case "key":
                if let value = checked(member, value.text, "a string") { scenario.key = value }
            case "models":
                if let value = checked(member, value.texts, "an array of strings") {
                    scenario.models = value
                }
            case "speed":
                let speed = value.number.flatMap { $0 > 0 && $0 <= 1000 ? $0 : nil }
                if let value = checked(member, speed, "a number above 0, up to 1000") {
                    scenario.speed = value
                }
            case "chunk_ms":
                let count = value.number.flatMap { Int(exactly: $0) }
                    .flatMap { (20...2000).contains($0) ? $0 : nil }
                if let value = checked(member, count, "an integer from 20 to 2000") {
                    scenario.chunkMilliseconds = value
                }
            case "waits_for_playback":
                if let value = checked(member, value.flag, "true or false") {
                    scenario.waitsForPlayback = value
                }
            case "echo_seconds_per_second":
                if let value = checked(member, value.number, "a number") {
                    scenario.echoSecondsPerSecond = value
                }
            case "call_every_seconds":
                if let value = checked(member, value.number, "a number") {
                    scenario.callEverySeconds = value
                }
            case "turn": readTurns(member)
            default:
                unknown(
                    member, "a scenario",
                    [
                        "key", "models", "speed", "chunk_ms", "waits_for_playback",
                        "echo_seconds_per_second", "call_every_seconds", "turn",
                    ])
            }
        }
    }

    private mutating func readTurns(_ member: TOMLTable.Member) {
        guard case .array(let nodes) = member.node.value else {
            mistakes.append(Diagnostic(member.node.position, "write [[turn]]"))
            return
        }
        for node in nodes {
            guard case .table(let table) = node.value else {
                mistakes.append(Diagnostic(node.position, "write [[turn]]"))
                continue
            }
            var turn = Scenario.Turn(heard: "", says: "", voice: [])
            var voice: (String, Position)?
            for member in table.members {
                let value = member.node.value
                switch member.key {
                case "heard":
                    if let value = checked(member, value.text, "a string", in: "turn.") {
                        turn.heard = value
                    }
                case "says":
                    if let value = checked(member, value.text, "a string", in: "turn.") {
                        turn.says = value
                    }
                case "voice":
                    let named = value.text.map { ($0, member.node.position) }
                    voice = checked(member, named, "a string", in: "turn.")
                case "call": turn.call = call(member)
                default: unknown(member, "a turn", ["heard", "says", "voice", "call"])
                }
            }
            turns.append((turn, voice.map { (name: $0.0, position: $0.1) }))
        }
    }

    private mutating func call(_ member: TOMLTable.Member) -> Scenario.Call? {
        guard case .table(let table) = member.node.value, table["name"] != nil else {
            mistakes.append(
                Diagnostic(
                    member.node.position,
                    "turn.call needs a name, such as { name = \"get_time\" }"))
            return nil
        }
        var call = Scenario.Call(name: "", arguments: [:])
        for member in table.members {
            switch member.key {
            case "name":
                if let value = checked(member, member.node.value.text, "a string", in: "turn.call.")
                {
                    call.name = value
                }
            case "arguments":
                let arguments = member.node.json
                if checked(member, arguments.object, "a table", in: "turn.call.") != nil {
                    call.arguments = arguments
                }
            default: unknown(member, "a call", ["name", "arguments"])
            }
        }
        return call
    }

    /// A member's value; nil with a note of what it must be, when it is not that.
    private mutating func checked<Value>(
        _ member: TOMLTable.Member, _ value: Value?, _ allowed: String, in path: String = ""
    ) -> Value? {
        if value == nil {
            mistakes.append(
                Diagnostic(
                    member.node.position,
                    "\(path)\(member.key) is \(member.node.value.shown), but must be \(allowed)"))
        }
        return value
    }

    private mutating func unknown(
        _ member: TOMLTable.Member, _ place: String, _ names: [String]
    ) {
        let hint =
            nearest(to: member.key, among: names).map { "did you mean '\($0)'?" }
            ?? "it has: \(names.joined(separator: ", "))"
        mistakes.append(
            Diagnostic(member.position, "\(place) has no '\(shortened(member.key))'; \(hint)"))
    }
}

extension TOMLValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

    fileprivate var flag: Bool? { if case .boolean(let flag) = self { flag } else { nil } }

    fileprivate var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .float(let number): number
        case .string, .boolean, .array, .table: nil
        }
    }

    fileprivate var texts: [String]? {
        guard case .array(let nodes) = self else { return nil }
        let texts = nodes.compactMap(\.value.text)
        return texts.count == nodes.count ? texts : nil
    }
}

extension TOMLNode {
    fileprivate var json: JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .int(number)
        case .float(let number): .double(number)
        case .boolean(let bool): .bool(bool)
        case .array(let nodes): .array(nodes.map(\.json))
        case .table(let table): .object(JSONObject(table.members.map { ($0.key, $0.node.json) }))
        }
    }
}
