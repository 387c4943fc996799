import Linux
import ModelTypes
import Testing
import WireCodec

@testable import Simulation

/// Scenario files: their meaning, and the reports of their mistakes.
struct ScenarioFileTests {
    private func mistakes(in text: String) async -> [String] {
        do {
            _ = try await Scenario.parse(text, file: "s.toml")
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test("every setting of a scenario is read")
    func everything() async throws {
        let scenario = try await Scenario.parse(
            """
            key = "k"
            models = ["gemini-x"]
            speed = 2
            chunk_ms = 40
            waits_for_playback = false
            echo_seconds_per_second = 1
            call_every_seconds = 5
            [[turn]]
            heard = "a"
            call = { name = "f", arguments = { n = 1, x = 0.5, s = "t", b = true, l = [1, {}] } }
            [[turn]]
            says = ""
            """, file: "s.toml")
        #expect(scenario.key == "k")
        #expect(scenario.models == ["gemini-x"])
        #expect(scenario.speed == 2)
        #expect(scenario.chunkMilliseconds == 40)
        #expect(!scenario.waitsForPlayback)
        #expect(scenario.echoSecondsPerSecond == 1)
        #expect(scenario.callEverySeconds == 5)
        #expect(scenario.turns.count == 2)
        #expect(
            scenario.turns[0].call?.arguments
                == ["n": 1, "x": 0.5, "s": "t", "b": true, "l": [1, [:]]])
        #expect(scenario.turns[1].call == nil)
    }

    @Test("all mistakes of a scenario are reported, each with place, problem and allowed values")
    func allMistakes() async {
        let found = await mistakes(
            in: """
                sped = 2
                speed = "fast"
                chunk_ms = 5
                key = 1
                models = "gemini"
                waits_for_playback = 1
                [[turn]]
                heard = 1
                say = "x"
                call = { arguments = {} }
                [[turn]]
                call = { name = "f", arguments = 3, argument = 1 }
                voice = true
                """)
        #expect(
            found == [
                "s.toml:1:1: a scenario has no 'sped'; did you mean 'speed'?",
                "s.toml:2:9: speed is \"fast\", but must be a number above 0, up to 1000",
                "s.toml:3:12: chunk_ms is 5, but must be an integer from 20 to 2000",
                "s.toml:4:7: key is 1, but must be a string",
                "s.toml:5:10: models is \"gemini\", but must be an array of strings",
                "s.toml:6:22: waits_for_playback is 1, but must be true or false",
                "s.toml:8:9: turn.heard is 1, but must be a string",
                "s.toml:9:1: a turn has no 'say'; did you mean 'says'?",
                "s.toml:10:8: turn.call needs a name, such as { name = \"get_time\" }",
                "s.toml:12:34: turn.call.arguments is 3, but must be a table",
                "s.toml:12:37: a call has no 'argument'; did you mean 'arguments'?",
                "s.toml:13:9: turn.voice is true, but must be a string",
            ])
    }

    @Test("syntax mistakes and an unusable 'turn' are reported too")
    func otherMistakes() async {
        #expect(await mistakes(in: "turn = 3") == ["s.toml:1:8: write [[turn]]"])
        #expect(await mistakes(in: "[turn]\nsays = 'x'") == ["s.toml:1:1: write [[turn]]"])
        #expect(await mistakes(in: "turn = [3]") == ["s.toml:1:9: write [[turn]]"])
        let both = await mistakes(in: "speed = 1 2\n[[turn]]\nx = 1")
        #expect(both.count == 2)
        #expect(both.first?.hasPrefix("s.toml:1:11: ") == true)
        #expect(both.last?.hasPrefix("s.toml:3:1: a turn has no 'x'") == true)
    }

    @Test("a scenario without turns is a mistake, unless it is for load")
    func withoutTurns() async {
        #expect(
            await mistakes(in: "speed = 1")
                == ["s.toml: a scenario needs a [[turn]], or echo_seconds_per_second"])
        #expect(await mistakes(in: "echo_seconds_per_second = 1.0").isEmpty)
    }

    @Test("an unreadable voice file is reported with the turn's place and the file's name")
    func missingVoice() async throws {
        let found = await mistakes(in: "[[turn]]\nsays = \"x\"\nvoice = \"/nowhere/a.opus\"")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("s.toml:3:9: ") == true, "\(found)")
        #expect(found.first?.contains("/nowhere/a.opus") == true)
        let noSound = await mistakes(in: "[[turn]]\nvoice = \"\(#filePath)\"")
        #expect(noSound.first?.hasPrefix("s.toml:2:9: ") == true, "\(noSound)")
    }

    @Test("a missing file is reported by its name")
    func missingFile() async {
        do {
            _ = try await Scenario.read(path: "/nowhere/s.toml")
            Issue.record("a scenario was read from nowhere")
        } catch {
            #expect("\(error)".contains("/nowhere/s.toml"))
        }
    }

    @Test("each shipped scenario loads: the demonstration has sound for every turn, load has none")
    func shipped() async throws {
        let demo = try await Scenario.demo()
        #expect(demo.turns.count == 4)
        #expect(demo.turns.allSatisfy { !$0.heard.isEmpty && !$0.says.isEmpty })
        // More than half a second each; the story is long enough to be interrupted.
        #expect(demo.turns.allSatisfy { $0.voice.count > 12_000 })
        #expect(demo.turns[2].voice.count > 5 * 24_000)
        #expect(demo.turns[0].call?.name == "switch_output")
        #expect(Scenario.load.echoSecondsPerSecond == 1)
        #expect(Scenario.load.turns.count == 1)
    }
}
