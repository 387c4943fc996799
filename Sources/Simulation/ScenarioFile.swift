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

    /// Reads a text and has its sentences spoken.
    package static func parse(_ text: String, file: String) async throws -> Scenario {
        var (table, mistakes) = TOMLParser.parse(text, file: file)
        var scenario = Scenario(turns: [])
        var voices: [String?] = []
        for member in table.members {
            switch (member.key, member.node.value) {
            case ("key", .string(let key)): scenario.key = key
            case ("speed", .float(let speed)) where speed > 0: scenario.speed = speed
            case ("speed", .integer(let speed)) where speed > 0: scenario.speed = Double(speed)
            case ("chunk_ms", .integer(let count)) where (20...2000).contains(count):
                scenario.chunkMilliseconds = Int(count)
            case ("waits_for_playback", .boolean(let waits)): scenario.waitsForPlayback = waits
            case ("echo_seconds_per_second", .float(let seconds)):
                scenario.echoSecondsPerSecond = seconds
            case ("call_every_seconds", .float(let seconds)):
                scenario.callEverySeconds = seconds
            case ("turn", .array(let nodes)):
                for node in nodes {
                    do throws(Diagnostic) {
                        let (turn, voice) = try turn(node)
                        scenario.turns.append(turn)
                        voices.append(voice)
                    } catch {
                        mistakes.append(error)
                    }
                }
            default:
                mistakes.append(
                    Diagnostic(member.position, "a scenario has no '\(member.key)' like this"))
            }
        }
        table.members = []
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        for index in scenario.turns.indices {
            scenario.turns[index].voice = try await StoredVoice.samples(
                voices[index], saying: scenario.turns[index].says)
        }
        return scenario
    }

    private static func turn(_ node: TOMLNode) throws(Diagnostic) -> (Turn, String?) {
        guard case .table(let table) = node.value else {
            throw Diagnostic(node.position, "write [[turn]]")
        }
        var turn = Turn(heard: "", says: "", voice: [])
        var voice: String?
        for member in table.members {
            switch (member.key, member.node.value) {
            case ("heard", .string(let text)): turn.heard = text
            case ("says", .string(let text)): turn.says = text
            case ("voice", .string(let name)): voice = name
            case ("call", .table(let call)):
                guard case .string(let name)? = call["name"]?.value else {
                    throw Diagnostic(member.position, "a call needs a name")
                }
                turn.call = Call(name: name, arguments: call["arguments"]?.json ?? [:])
            default:
                throw Diagnostic(member.position, "a turn has no '\(member.key)' like this")
            }
        }
        return (turn, voice)
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
