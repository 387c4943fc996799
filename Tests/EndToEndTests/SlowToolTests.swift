import Assistant
import Daemon
import Linux
import Simulation
import TestProcesses
import Testing
import WireCodec

/// A function that takes as long as the test wants, and for which the model does not wait.
@Suite("Functions that take their time", .timeLimit(.minutes(5)))
struct SlowToolTests {
    /// The answer after the function, and the answer to all other words.
    private static let late = Noise.samples(12_000, seed: 1)
    private static let other = Noise.samples(48_000, seed: 2)

    /// A device whose first turn calls the function, and the file that lets it end.
    private struct Rig {
        let appliance: Appliance
        let folder: String
        let gate: FileDescriptorBox

        /// Speaks a turn with the button held.
        func speak() async {
            appliance.press()
            await appliance.microphone.say(Noise.samples(20 * 320, seed: 3))
            await appliance.microphone.say([Int16](repeating: 0, count: 1920))
            appliance.release()
        }

        /// Has the function end.
        func letEnd() throws { try gate.write("fine\n") }

        /// Waits until the function's process runs, or until none does.
        func waitForProcess(isThere: Bool) async throws {
            try await until { runs(in: folder) == isThere }
        }

        func text(_ name: String) -> String {
            let bytes = try? Files.read("\(folder)/\(name)", limitBytes: 1 << 16)
            return String(decoding: bytes ?? [], as: UTF8.self)
        }

        func called() async throws {
            try await appliance.service.wait { if case .called = $0 { true } else { false } }
        }

        func answer() async throws -> JSONValue {
            try await appliance.service.first { event in
                if case .answered(let response) = event { response } else { nil }
            }
        }

        /// Waits until the service has ended this many turns and the device is at rest.
        func rest(turns: Int) async throws {
            try await appliance.service.wait(count: turns) {
                if case .turnCompleted = $0 { true } else { false }
            }
            try await until { await appliance.application.isQuiet() }
        }

        func end() async throws -> [Int16] {
            defer { try? Files.removeTree(folder) }
            return try await appliance.stopped().sounds
        }
    }

    private func rig(
        behavior: String = "non-blocking", scheduling: String = "auto", filler: [Int16] = [],
        model: String = "gemini-3.8-live", dialect: Appliance.Dialect = .developer
    ) async throws -> Rig {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-slow-tool")
        let gate = FileDescriptorBox(try Files.makePipe("\(folder)/gate", mode: 0o600))
        var scenario = Scenario.saying(Self.late, Self.other)
        scenario.turns[0].calls = [.init(name: "look_up", arguments: [:])]
        scenario.turns[0].fillerVoice = filler
        scenario.goesOnAcrossSessions = true
        scenario.speed = 2
        let appliance = try await Appliance.started(
            scenario: scenario, dialect: dialect, model: model,
            more: """
                [[tool.command]]
                name = "look_up"
                description = "Looks something up."
                argv = ["/bin/sh", "-c", "echo once >> runs; head -n 1 gate"]
                directory = "\(folder)"
                deadline_ms = 100000
                behavior = "\(behavior)"
                scheduling = "\(scheduling)"
                """)
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        return Rig(appliance: appliance, folder: folder, gate: gate)
    }

    @Test(
        "a result during the model's speech is spoken at its end, at once, or not at all",
        arguments: ["auto", "when-idle", "interrupt", "silent"])
    func whileSpeaking(scheduling: String) async throws {
        let rig = try await rig(scheduling: scheduling)
        await rig.speak()
        try await rig.called()
        await rig.speak()
        try await rig.appliance.timeline.wait { if case .firstSound = $0 { true } else { false } }
        try rig.letEnd()
        let wanted: String? =
            switch scheduling {
            case "when-idle": "WHEN_IDLE"
            case "interrupt": "INTERRUPT"
            case "silent": "SILENT"
            default: nil
            }
        #expect(try await rig.answer()["scheduling"]?.string == wanted)
        try await rig.rest(turns: scheduling == "silent" ? 1 : 2)
        let sounds = try await rig.end()
        switch scheduling {
        case "silent": #expect(sounds == Self.other)
        case "interrupt":
            let kept = zip(sounds, Self.other).prefix { $0 == $1 }.count
            #expect(kept > 0 && kept < Self.other.count)
            #expect(Array(sounds[kept...]) == Self.late)
        default: #expect(sounds == Self.other + Self.late)
        }
    }

    @Test("a result after the model's speech is spoken of unasked")
    func afterTheTurn() async throws {
        let filler = Noise.samples(4_800, seed: 4)
        let rig = try await rig(filler: filler)
        await rig.speak()
        try await rig.appliance.timeline.wait { $0 == .state(from: .speaking, to: .thinking) }
        await rig.speak()
        try await rig.appliance.timeline.wait { $0 == .state(from: .speaking, to: .idle) }
        try rig.letEnd()
        try await rig.appliance.timeline.wait(count: 2) {
            $0 == .state(from: .speaking, to: .idle)
        }
        #expect(try await rig.end() == filler + Self.other + Self.late)
        #expect(!rig.appliance.timeline.all.contains(.interrupted(by: .server)))
    }

    @Test("a result on another connection than its call is not lost, nor delivered twice")
    func afterReconnect() async throws {
        let rig = try await rig()
        await rig.speak()
        try await rig.called()
        try await rig.waitForProcess(isThere: true)
        try await rig.appliance.server.dropAll()
        try await rig.appliance.timeline.wait {
            $0 == .online(resumed: false) || $0 == .online(resumed: true)
        }
        try await rig.appliance.service.wait(count: 2) { event in
            if case .setUp = event { true } else { false }
        }
        try rig.letEnd()
        try await rig.appliance.timeline.wait { $0 == .replyPlayed }
        #expect(rig.text("runs") == "once\n")
        // Reported in words, or as the answer to the same call repeated.
        let isReported = rig.appliance.service.all.contains { event in
            switch event {
            case .content(let content, _): content.serialized.contains("fine")
            case .answered(let response): response.serialized.contains("fine")
            default: false
            }
        }
        #expect(isReported)
        #expect(try await rig.end() == Self.late)
    }

    @Test("a call that the service cancels ends with its process, and is not answered")
    func takenBack() async throws {
        let rig = try await rig()
        await rig.speak()
        try await rig.waitForProcess(isThere: true)
        try await rig.appliance.server.inject(.cancelCalls)
        try await rig.appliance.timeline.wait {
            if case .toolCancelled = $0 { true } else { false }
        }
        try await rig.waitForProcess(isThere: false)
        // The conversation goes on, and the late end of the call changes nothing.
        await rig.speak()
        try await rig.appliance.timeline.wait { $0 == .replyPlayed }
        #expect(
            !rig.appliance.service.all.contains { event in
                switch event {
                case .answered, .answeredInVain: true
                default: false
                }
            })
        #expect(try await rig.end() == Self.other)
    }

    @Test("new words cancel a call that the model waits for, with its process")
    func takenBackByWords() async throws {
        let rig = try await rig(behavior: "blocking")
        await rig.speak()
        try await rig.waitForProcess(isThere: true)
        await rig.speak()
        try await rig.waitForProcess(isThere: false)
        try await rig.appliance.timeline.wait { $0 == .replyPlayed }
        #expect(
            rig.appliance.timeline.all.contains {
                if case .toolCancelled = $0 { true } else { false }
            })
        #expect(try await rig.end() == Self.other)
    }

    /// A model, and the scheduling that it supports for a function that it does not wait for.
    struct Told: Sendable {
        let model: String
        let dialect: Appliance.Dialect
        let behavior: String?
        let scheduling: String?
    }

    static let models = [
        Told(
            model: "gemini-3.8-live", dialect: .developer, behavior: "NON_BLOCKING",
            scheduling: "INTERRUPT"),
        Told(
            model: "gemini-3.8-live", dialect: .vertex, behavior: "NON_BLOCKING", scheduling: nil),
        Told(
            model: "gemini-3.8-live-extended-thinking", dialect: .developer, behavior: nil,
            scheduling: nil),
        Told(
            model: "gemini-3.1-flash-live-preview", dialect: .developer, behavior: nil,
            scheduling: nil),
        Told(
            model: "gemini-2.5-flash-native-audio-preview-12-2025", dialect: .developer,
            behavior: "NON_BLOCKING", scheduling: "INTERRUPT"),
    ]

    @Test(
        "each model gets the scheduling that it supports, else a plain answer",
        arguments: models)
    func tells(told: Told) async throws {
        let rig = try await rig(scheduling: "interrupt", model: told.model, dialect: told.dialect)
        await rig.speak()
        try await rig.called()
        try rig.letEnd()
        #expect(try await rig.answer()["scheduling"]?.string == told.scheduling)
        try await rig.appliance.timeline.wait { $0 == .replyPlayed }
        let setup = try await rig.appliance.service.first { event in
            if case .setUp(let message, _) = event { message["setup"] } else { nil }
        }
        let functions = setup["tools"]?.array?.first?["functionDeclarations"]?.array ?? []
        let declared = functions.first { $0["name"]?.string == "look_up" }
        #expect(declared != nil)
        #expect(declared?["behavior"]?.string == told.behavior)
        #expect(try await rig.end() == Self.late)
        #expect(
            !rig.appliance.service.all.contains { event in
                if case .refused = event { true } else { false }
            })
    }
}

/// A shared descriptor.
final class FileDescriptorBox: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    func write(_ text: String) throws { _ = try descriptor.write(Array(text.utf8)[...]) }
}
