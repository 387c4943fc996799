import ModelTypes
import Testing
import WireCodec

@testable import Simulation

@Suite struct ScenarioTests {
    @Test(
        "every shipped scenario loads with its sounds, and states its purpose in its first line",
        arguments: ShippedScenario.all.map(\.name))
    func shipped(name: String) async throws {
        let shipped = try #require(ShippedScenario.named(name))
        #expect(shipped.summary.count > 20)
        let scenario = try await shipped.load()
        #expect(!scenario.turns.isEmpty)
        #expect(scenario.turns.allSatisfy { !$0.voice.isEmpty })
    }

    @Test("faults are read with their parameters and times")
    func faults() async throws {
        let text = """
            lifetime_s = 90
            frames = "text"
            json = "minified"
            strict = false
            [[fault]]
            kind = "go_away"
            time_left_s = 2.5
            in = "reply"
            at_s = 1
            after_turns = 3
            connection = 2
            times = 4
            [[fault]]
            kind = "close"
            close = "quota"
            [[fault]]
            kind = "close"
            code = 4000
            reason = "because"
            [[fault]]
            kind = "garbage"
            garbage = "deep"
            [[turn]]
            """
        let scenario = try await Scenario.parse(text, file: "s.toml")
        var goAway = TimedFault(.goAway(timeLeft: .milliseconds(2500)))
        goAway.occasion = .reply
        goAway.delay = .seconds(1)
        goAway.afterTurns = 3
        goAway.connection = 2
        goAway.times = 4
        #expect(
            scenario.faults == [
                goAway,
                TimedFault(.close(code: 1011, reason: KnownClose.quota.reason)),
                TimedFault(.close(code: 4000, reason: "because")),
                TimedFault(.garbage(.deep)),
            ])
        #expect(scenario.connectionLifetime == .seconds(90))
        #expect(scenario.framing.isText)
        #expect(scenario.framing.isMinified)
        #expect(!scenario.isStrict)
    }

    @Test("a turn has its own messages, and the reason of its end")
    func extras() async throws {
        let scenario = try await Scenario.parse(
            """
            [[turn]]
            extras = ['{"serverContent": {"groundingMetadata": {}}}', '{"novelty": 1}']
            turn_complete_reason = "RESPONSE_REJECTED"
            [[fault]]
            kind = "raw"
            text = "{"
            """, file: "s.toml")
        let client = TestClient.ready(scenario)
        client.say()
        client.finish()
        #expect(client.raw == [[UInt8(ascii: "{")]])
        #expect(
            client.received.prefix(2) == [
                ["serverContent": ["groundingMetadata": [:]]], ["novelty": 1],
            ])
        let content = client.received.compactMap { $0["serverContent"] }.last
        #expect(content == ["turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"])
    }

    @Test(
        "a mistake is reported with its place",
        arguments: [
            ("[[fault]]\nkind = \"boredom\"", "but must be one of \"go_away\""),
            ("[[fault]]\nkind = \"stall\"", "a fault needs a length, 'for_s'"),
            ("[[fault]]\nkind = \"close\"", "a fault needs a 'close' or a 'code'"),
            (
                "[[fault]]\nkind = \"close\"\nclose = \"quota\"\nreasons = \"x\"",
                "s.toml:4:1: a fault has no 'reasons'; did you mean 'reason'?"
            ),
            ("[[fault]]\nkind = \"reset\"\nfor_s = 1", "a fault has no 'for_s'; it has: kind"),
            ("[[fault]]\nat_s = 1", "a fault needs a 'kind'"),
            ("[[turn]]\nextras = ['{']", "s.toml:2:10: turn.extras: \"{\":"),
            ("[[token]]\nuses = 1", "a token needs a 'name'"),
        ])
    func mistakes(text: String, message: String) async {
        do {
            _ = try await Scenario.parse(text, file: "s.toml")
            Issue.record("a wrong scenario was accepted")
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
    }
}
