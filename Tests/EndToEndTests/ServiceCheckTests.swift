import Daemon
import Simulation
import Testing

/// What the service itself says, and the finding that it is.
private struct Words: Sendable, CustomTestStringConvertible {
    let code: UInt16
    let reason: String
    let name: String

    init(_ code: UInt16, _ reason: String, _ name: String) {
        (self.code, self.reason, self.name) = (code, reason, name)
    }

    var testDescription: String { name }
}

@Suite("The doctor's connection to the service", .timeLimit(.minutes(5)))
struct ServiceCheckTests {
    private let rig: LadderRig

    init() throws { rig = try LadderRig() }

    /// What is found of a service that closes in place of the setup's answer.
    private func closed(code: UInt16, _ reason: String) async throws -> [Finding] {
        var fault = TimedFault(.close(code: code, reason: reason))
        fault.occasion = .setup
        var scenario = Scenario(turns: [])
        scenario.faults = [fault]
        let server = try LiveServer(scenario: scenario) { _ in }
        let port = try await server.start()
        defer { server.stop() }
        return try await rig.findings("ws://127.0.0.1:\(port)")
    }

    @Test("a service that takes key and setup is fine at every step, and hears nothing but goodbye")
    func works() async throws {
        let events = Collector<ServerEvent>()
        let server = try LiveServer(scenario: Scenario(turns: [])) { events.add($0) }
        let port = try await server.start()
        defer { server.stop() }
        let found = try await rig.findings("ws://127.0.0.1:\(port)")
        #expect(found.broken.isEmpty, "\(found)")
        #expect(
            found.filter { $0.name != "service.time" }.map(\.name)
                == [
                    "service.proxy", "service.names", "service.connection", "service.encryption",
                    "service.answer", "service.key", "service.account", "service.setup",
                    "service.session",
                ])
        #expect(found.allSatisfy { $0.grade == .works || $0.name == "service.time" })
        let model = found.first { $0.name == "service.setup" }
        #expect(model?.text.contains("gemini-3.8-live took the setup") == true)
    }

    @Test("a wrong key is reported, that it is the key, and that the way to the service is good")
    func wrongKey() async throws {
        let server = try LiveServer(scenario: Scenario(turns: [])) { _ in }
        let port = try await server.start()
        defer { server.stop() }
        let found = try await rig.findings("ws://127.0.0.1:\(port)", key: "another-key")
        #expect(found.broken == ["service.key.invalid"], "\(found)")
        #expect(found.fault?.remedy?.text.contains("aistudio.google.com/apikey") == true)
        #expect(found.working.contains("service.answer"))
        #expect(found.untried.suffix(3) == ["service.account", "service.setup", "service.session"])
    }

    /// The finding for each close of live-protocol.md section 1.6.
    private static let names: [KnownClose: String] = [
        .normal: "service.session.ended", .cancelled: "service.session.cancelled",
        .goingAway: "service.session.going-away", .badKey: "service.key.invalid",
        .expiredKey: "service.key.expired", .unknownField: "service.setup.unknown-field",
        .invalidArgument: "service.setup.refused", .precondition: "service.setup.precondition",
        .handleInvalid: "service.session.handle-invalid",
        .audioContentType: "service.session.audio-type", .noCredential: "service.key.missing",
        .unknownModel: "service.setup.model-unknown",
        .handleNotFound: "service.session.handle-unknown",
        .handleExpired: "service.session.handle-expired",
        .goAwayIgnored: "service.session.go-away", .aborted: "service.session.aborted",
        .notImplemented: "service.session.not-implemented",
        .entityNotFound: "service.session.entity",
        .codeExecution: "service.session.content-type",
        .internalError: "service.session.internal",
        .internalErrorOccurred: "service.session.internal-occurred",
        .unavailable: "service.session.unavailable",
        .deadlineExpired: "service.session.deadline", .quota: "service.account.quota",
        .billing: "service.account.billing",
    ]

    @Test("every close of the service has a finding of its own", arguments: KnownClose.allCases)
    func closes(close: KnownClose) async throws {
        let found = try await closed(code: close.code, close.reason)
        let name = try #require(Self.names[close])
        #expect(found.broken == [name], "\(found)")
        #expect(found.fault?.remedy != nil)
        // The way to the service is not blamed.
        #expect(found.working.contains("service.connection"))
        #expect(found.working.contains("service.answer"))
        #expect(Self.names.values.count { $0 == name } == 1)
    }

    private static let others = [
        Words(
            1008, "Your API key was reported as leaked. Please use another API key.",
            "service.key.leaked"),
        Words(1008, "Requests from referer <empty> are blocked.", "service.key.restricted"),
        Words(
            1008, "The provided API key has an IP address restriction.", "service.key.restricted"),
        Words(
            1008, "models/gemini-2.0-flash-live-001 is no longer available. Use a newer model.",
            "service.setup.model-gone"),
        Words(
            1007, "User location is not supported for the API use.", "service.answer.region"),
        Words(
            1008, "Gemini API has not been used in project 1 before or it is disabled.",
            "service.account.project"),
        Words(1011, "keepalive ping timeout", "service.session.ping"),
        Words(
            1011, "The model is overloaded. Please try again later.", "service.session.overloaded"),
        Words(4000, "words that nobody knows", "service.session.refused"),
    ]

    @Test("other refusals of the service are distinguished by their words", arguments: others)
    private func words(words: Words) async throws {
        let found = try await closed(code: words.code, words.reason)
        #expect(found.broken == [words.name], "\(found)")
        if !words.reason.isEmpty {
            #expect(found.fault?.evidence?.contains(words.reason) == true)
        }
    }

    @Test("a line that ends without a word is reported as cut")
    func cut() async throws {
        var fault = TimedFault(.drop)
        fault.occasion = .setup
        var scenario = Scenario(turns: [])
        scenario.faults = [fault]
        let server = try LiveServer(scenario: scenario) { _ in }
        let port = try await server.start()
        defer { server.stop() }
        let found = try await rig.findings("ws://127.0.0.1:\(port)")
        #expect(found.broken == ["service.session.cut"], "\(found)")
    }
}
