import Linux
import Store
import TestInputs
import Testing
import WireCodec

@testable import GPIOTools
@testable import Tools

/// Any number in a schema, from a model or in a file, in every place that reads one.
@Suite(.timeLimit(.minutes(5)))
struct NumberFuzzTests {
    private static let values: [JSONValue] = OddNumbers.json.compactMap {
        try? JSONValue(parsing: $0)
    }
    private static let limits: [(type: String, least: String, most: String)] = [
        ("string", "minLength", "maxLength"), ("array", "minItems", "maxItems"),
        ("integer", "minimum", "maximum"), ("number", "minimum", "maximum"),
        ("integer", "exclusiveMinimum", "exclusiveMaximum"),
        ("number", "exclusiveMinimum", "exclusiveMaximum"),
    ]

    @Test("limits of any numbers are accepted or refused, and values that fit are within them")
    func limitsOfAnyNumbersAre() throws {
        var schemas = 0
        var checks = 0
        for (type, least, most) in Self.limits {
            for lower in Self.values {
                for upper in Self.values {
                    let property: JSONValue = ["type": .string(type), least: lower, most: upper]
                    let json: JSONValue = ["type": "object", "properties": ["x": property]]
                    schemas += 2
                    let own = try? Schema(json)
                    let foreign = try? ForeignSchema(json).schema
                    // Each pair of limits with a few values, so that all pairs meet all values in
                    // the end.
                    for schema in [own, foreign].compactMap({ $0 }) {
                        for step in 0..<4 {
                            let value = Self.values[(schemas + step * 7) % Self.values.count]
                            _ = SchemaCheck(schema).violations(of: ["x": value])
                            checks += 1
                        }
                    }
                    guard own != nil, type == "integer", let lower = lower.int,
                        let upper = upper.int,
                        least == "minimum", let own
                    else { continue }
                    for number in OddNumbers.whole.indices where number % 9 == schemas % 9 {
                        let value = OddNumbers.whole[number]
                        let fits = SchemaCheck(own).violations(of: ["x": .int(value)]).isEmpty
                        #expect(fits == (lower <= value && value <= upper))
                    }
                }
            }
        }
        print("number fuzz: \(schemas) schemas, \(checks) checks of arguments")
    }

    /// A device whose volume is the reported number.
    private struct OddDevice: DevicePort {
        var before: Int

        func volume() async throws -> Int { before }
        func setVolume(_ percent: Int) async throws {
            #expect((0...100).contains(percent))
        }
        func mute(_ duration: Duration?) async throws {
            #expect((duration ?? .seconds(60)) > .zero)
        }
        func repeatAnswer() async throws -> Double { .nan }
        func endConversation() async throws {}
        func status() async throws -> JSONValue { [:] }
    }

    @Test("a device function accepts any number, or says why not")
    func aFunctionOfTheDevice()
        async throws
    {
        var calls = 0
        for before in [Int.min, -1, 0, 50, 100, 101, .max] {
            let device = OddDevice(before: before)
            let tools = try DeviceTools.names.map { try DeviceTools.named($0, device) }
            let runner = try ToolRunner(tools, clock: ManualClock())
            for value in Self.values {
                for (name, argument) in [
                    ("volume", "set_percent"), ("volume", "change_percent"), ("mute", "minutes"),
                ] + DeviceTools.names.map({ ($0, "x") }) {
                    calls += 1
                    let outcome = await runner.run(
                        call(name, id: "\(calls)", .object([argument: value])))
                    #expect(outcome.output != nil || outcome.error != nil)
                }
            }
            _ = await runner.run(call("repeat", id: "r"))
        }
        let line = GPIOTool.Line(
            name: "lamp", description: "A lamp.",
            port: .output(TestOutput(), restsOn: false), actions: [.on, .off, .pulse],
            pulseMilliseconds: 500, terms: ToolTerms(deadline: .seconds(1)))
        let gpio = try GPIOTool(lines: [line], clock: ManualClock())
        let check = SchemaCheck(gpio.declaration.schema)
        for value in Self.values {
            for name in gpio.declaration.parameters["properties"]?.object?.names ?? [] {
                _ = check.violations(of: .object([name: value]))
                calls += 1
            }
        }
        print("number fuzz: \(calls) calls of the device's own functions")
    }

    /// The journal after a restart in a folder.
    private static func journal(in place: String) -> FileJournal {
        let store = StateStore(disk: DiskFolder(path: place)) { _ in }
        return FileJournal(lines: store.lines(KeptLines.journalName)) { _ in }
    }

    @Test("a journal of calls with any numbers is read, and its calls are not repeated")
    func aJournalOfCallsWith()
        async throws
    {
        let folder = try Folder()
        var files = 0
        for text in OddNumbers.json + OddNumbers.tooLarge {
            for name in ["conversation", "id", "tool", "answer"] {
                files += 1
                let place = "\(folder.path)/journal\(files)"
                try Files.makeDirectory(place, mode: 0o700)
                let members = [
                    ("conversation", "3"), ("id", "\"a\""), ("tool", "\"door\""),
                    ("answer", "{\"output\":1}"),
                ].map { "\"\($0)\":\($0 == name ? text : $1)" }
                let good = #"{"conversation":3,"id":"kept","tool":"door","answer":{"output":7}}"#
                let lines = ["{\(members.joined(separator: ","))}", good].map {
                    "\($0)\t\(Checksum.text(of: $0.utf8))\n"
                }
                try Files.writeAtomically(
                    "\(place)/\(KeptLines.journalName)", Array(lines.joined().utf8), mode: 0o600)
                let journal = Self.journal(in: place)
                let tool = try TestTool("door") { _ in "done" }
                let runner = try ToolRunner([tool], clock: ManualClock(), journal: journal)
                // It goes on, whatever the conversation.
                for conversation in [0, 1, Int.max] {
                    let outcome = await runner.run(
                        call("door", id: "new"), conversation: conversation)
                    #expect(outcome.output == "done" || outcome.error != nil)
                }
                let recalled = await Self.journal(in: place).recall()
                #expect(recalled.calls.contains { $0.call.id == "kept" }, "\(name) \(text)")
            }
        }
        print("number fuzz: \(files) journals of calls")
    }

    @Test("the rate of calls is counted at any time of any clock")
    func whatWasCalledHowOften() {
        var limit = RateLimit()
        let guardian = CallGuard(subject: "x", risk: .low, confirmation: nil, callsPerMinute: 2)
        for time in OddNumbers.whole where time > .min / 2 && time < .max / 2 {
            _ = limit.admit(guardian, at: time)
            _ = limit.admit(guardian, at: time)
            let wait = limit.admit(guardian, at: time)
            #expect(wait.map { $0 >= 1 } ?? true)
        }
    }
}
