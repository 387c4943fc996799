internal import Configuration
internal import Linux
internal import WireCodec

/// Reads a scenario's table; the sounds that it names are fetched afterwards.
struct ScenarioReader {
    private enum Frames: String, CaseIterable { case binary, text }
    private enum Writing: String, CaseIterable { case pretty, minified }

    var scenario = Scenario(turns: [])
    /// A stored sound that a turn names, and where.
    typealias Voice = (text: String, position: Position)

    /// The stored sounds of each turn: of its answer, and of its words before the calls.
    var voices: [(answer: Voice?, filler: Voice?)] = []
    private(set) var mistakes: [Diagnostic]
    private let file: String

    /// A reader of a file in which some mistakes have already been found.
    init(file: String, mistakes: [Diagnostic]) {
        self.file = file
        self.mistakes = mistakes
    }

    mutating func read(_ table: TOMLTable) {
        var reader = TableReader(
            table, name: "a scenario", path: "",
            position: .start(of: file))
        readService(&reader)
        for turn in reader.tables("turn") { readTurn(turn.table, turn.position) }
        for fault in reader.tables("fault") {
            let (timed, wrong) = FaultReader.read(fault.table, at: fault.position)
            if let timed { scenario.faults.append(timed) }
            mistakes += wrong
        }
        for token in reader.tables("token") { readToken(token.table, token.position) }
        mistakes += reader.finish()
        if mistakes.isEmpty, scenario.turns.isEmpty, scenario.echoSecondsPerSecond == nil {
            mistakes.append(
                Diagnostic(
                    nil, "\(file): a scenario needs a [[turn]], or echo_seconds_per_second"))
        }
    }

    private mutating func readService(_ reader: inout TableReader) {
        if let key = reader.text("key") { scenario.key = key }
        if let bearer = reader.text("bearer") { scenario.bearer = bearer }
        if let models = reader.texts("models") { scenario.models = models }
        if let speed = reader.positive("speed", upTo: 1000) { scenario.speed = speed }
        if let length = reader.whole("chunk_ms", 20...2000) { scenario.chunkMilliseconds = length }
        if let waits = reader.flag("waits_for_playback") { scenario.waitsForPlayback = waits }
        if let goesOn = reader.flag("goes_on_across_sessions") {
            scenario.goesOnAcrossSessions = goesOn
        }
        if let isStrict = reader.flag("strict") { scenario.isStrict = isStrict }
        scenario.framing.isText = reader.choice("frames", Frames.self) == .text
        scenario.framing.isMinified = reader.choice("json", Writing.self) == .minified
        scenario.connectionLifetime = reader.seconds("lifetime_s")
        if let lead = reader.seconds("go_away_lead_s") { scenario.goAwayLead = lead }
        if let life = reader.seconds("handle_lifetime_s") { scenario.handleLifetime = life }
        if let limit = reader.whole("session_limit", 1...64) { scenario.sessionLimit = limit }
        if let limit = reader.whole("context_limit_tokens", 1...10_000_000) {
            scenario.contextLimitTokens = limit
        }
        scenario.echoSecondsPerSecond = reader.positive("echo_seconds_per_second", upTo: 1000)
        scenario.callEverySeconds = reader.positive("call_every_seconds", upTo: 86_400)
    }

    private mutating func readTurn(_ table: TOMLTable, _ position: Position) {
        var reader = TableReader(table, name: "a turn", path: "turn.", position: position)
        var turn = Scenario.Turn(heard: reader.text("heard") ?? "", says: "", voice: [])
        turn.says = reader.text("says") ?? ""
        turn.filler = reader.text("filler") ?? ""
        turn.thought = reader.text("thought") ?? ""
        turn.completeReason = reader.text("turn_complete_reason")
        turn.extras = reader.messages("extras")
        turn.callsApart = reader.flag("calls_apart") ?? false
        if let call = reader.node("call") { readCall(call, &turn) }
        if case .array(let calls)? = reader.node("calls")?.value {
            for call in calls { readCall(call, &turn) }
        }
        voices.append((reader.placedText("voice"), reader.placedText("filler_voice")))
        scenario.turns.append(turn)
        mistakes += reader.finish()
    }

    private mutating func readCall(_ node: TOMLNode, _ turn: inout Scenario.Turn) {
        guard case .table(let table) = node.value, table["name"] != nil else {
            mistakes.append(
                Diagnostic(
                    node.position, "turn.call needs a name, such as { name = \"get_time\" }"))
            return
        }
        var reader = TableReader(table, name: "a call", path: "turn.call.", position: node.position)
        let name = reader.text("name") ?? ""
        turn.calls.append(
            .init(name: name, arguments: reader.inner("arguments")?.json ?? [:]))
        mistakes += reader.finish()
    }

    private mutating func readToken(_ table: TOMLTable, _ position: Position) {
        var reader = TableReader(table, name: "a token", path: "token.", position: position)
        if let name = reader.text("name") {
            // Times are counted from the start of the service.
            var token = EphemeralToken(name: name, at: 0)
            // On the wire 0 means any number.
            if let uses = reader.whole("uses", 0...1_000_000) {
                token.usesLeft = uses == 0 ? nil : uses
            }
            if let life = reader.seconds("expires_in_s") { token.expiresAt = life.nanoseconds }
            if let life = reader.seconds("new_sessions_for_s") {
                token.newSessionsUntil = life.nanoseconds
            }
            token.setup = reader.inner("setup")?.json
            token.fieldMask = reader.text("field_mask")
            scenario.tokens.append(token)
        } else if reader.diagnostics.isEmpty {
            reader.miss("a 'name'")
        }
        mistakes += reader.finish()
    }
}

extension ScenarioReader {
    /// Fetches the sound of a turn, stored or synthesized; none if the scenario has mistakes.
    mutating func sound(_ voice: Voice?, saying text: String) async throws -> [Int16] {
        guard let voice else {
            return mistakes.isEmpty ? try await StoredVoice.samples(nil, saying: text) : []
        }
        do {
            return try await StoredVoice.samples(voice.text, saying: text)
        } catch {
            mistakes.append(
                Diagnostic(voice.position, "turn.voice \"\(voice.text)\": \(error)"))
            return []
        }
    }
}

extension TOMLTable {
    fileprivate var json: JSONValue {
        .object(JSONObject(members.map { ($0.key, $0.node.json) }))
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
        case .table(let table): table.json
        }
    }
}
