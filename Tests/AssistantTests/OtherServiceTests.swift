import ModelTypes
import Testing
import Tools
import VoiceSession
import WireCodec

@testable import Assistant

/// Rates of existing and conceivable services: Gemini Live, OpenAI Realtime, a telephone's, and a
/// model on the device.
private let someRates = [
    SessionRates(input: 16_000, output: 24_000), SessionRates(input: 24_000, output: 24_000),
    SessionRates(input: 8_000, output: 8_000), SessionRates(input: 16_000, output: 48_000),
    SessionRates(input: 48_000, output: 22_050),
]

@Suite("the conversation with any voice service", .timeLimit(.minutes(5)))
struct OtherServiceTests {
    /// An assistant that is online with a service, whose microphone counts samples at its rate.
    private struct Rig {
        let service: ScriptedService
        let world: AssistantWorld
        var nextSample: Int64 = 0

        init(_ rates: SessionRates, _ script: [ScriptedService.Answer]) {
            service = ScriptedService(rates, script)
            world = AssistantWorld(.hold, session: service)
            service.onEvent = { [weak world] in world?.session($0) }
            world.assistant.assumeIsolated { $0.start() }
            world.forget()
        }

        /// The user holds the button from a time on and speaks for some milliseconds; returns the
        /// words.
        @discardableResult
        mutating func say(from start: Int, milliseconds: Int) -> [Int16] {
            press(at: start)
            let words = capture(milliseconds: milliseconds)
            release(at: start + milliseconds)
            return words
        }

        func press(at time: Int) { world.button(true, at: time) }

        func release(at time: Int) {
            world.button(false, at: time)
            world.microphone(.segmentEnded(sample: nextSample))
        }

        /// Captures words in numbered periods of 20 ms.
        mutating func capture(milliseconds: Int) -> [Int16] {
            var words: [Int16] = []
            let period = service.rates.input / 50
            for _ in 0..<(milliseconds / 20) {
                let number = Int16(truncatingIfNeeded: nextSample / Int64(period))
                let samples = [Int16](repeating: number, count: period)
                world.microphone(.samples(samples, first: nextSample))
                nextSample += Int64(period)
                words += samples
            }
            return words
        }

        /// How much of each turn's answer was given to the loudspeaker (milliseconds).
        var played: [Int16: Int] {
            var counts: [Int16: Int] = [:]
            for case .play(let samples) in world.told {
                counts[samples[0], default: 0] += samples.count
            }
            return counts.mapValues { $0 * 1000 / service.rates.output }
        }
    }

    @Test("words go up and an answer is heard, sample by sample", arguments: someRates)
    func turn(rates: SessionRates) {
        var rig = Rig(rates, [.words("Hello.", milliseconds: 1_000)])
        let words = rig.say(from: 1_000, milliseconds: 600)
        #expect(rig.service.heard == [words])
        #expect(rig.world.current == .speaking)
        rig.service.finish()
        rig.world.speaker(.drained(at: .milliseconds(2_700)))
        #expect(rig.played == [1001: 1_000])
        #expect(rig.world.current == .idle)
        #expect(rig.world.timeline.contains(.heard("turn 1")))
        #expect(rig.world.timeline.contains(.said("Hello.")))
        #expect(rig.world.timeline.contains(.replyPlayed))
        #expect(rig.service.breaches == [])
    }

    @Test("a function is called, answered, and spoken of", arguments: someRates)
    func call(rates: SessionRates) async {
        let call = FunctionCall(id: "a", name: "lamp", arguments: ["on": true])
        var rig = Rig(rates, [.call(call), .words("It is on.", milliseconds: 400)])
        rig.say(from: 1_000, milliseconds: 600)
        #expect(rig.world.told.contains(.run(call)))
        #expect(rig.world.current == .thinking)
        let response = FunctionResponse(id: "a", name: "lamp", response: ["output": "on"])
        await rig.world.finish("a", .answered(response))
        rig.service.finish()
        rig.world.speaker(.drained(at: .milliseconds(3_000)))
        #expect(rig.service.results == [response])
        #expect(rig.played == [1001: 400])
        #expect(rig.world.current == .idle)
        #expect(rig.service.breaches == [])
    }

    @Test("a press silences the answer, and nothing more of it is played", arguments: someRates)
    func interruption(rates: SessionRates) {
        var rig = Rig(
            rates, [.words("Once upon", milliseconds: 500), .words("Yes?", milliseconds: 300)])
        rig.say(from: 1_000, milliseconds: 600)
        rig.press(at: 2_000)
        #expect(rig.world.told.last { $0 == .flush } != nil)
        // The part that the service had on its way when the user pressed.
        rig.service.speak(milliseconds: 200)
        let words = rig.capture(milliseconds: 400)
        rig.service.speak(milliseconds: 200)
        rig.release(at: 2_400)
        rig.service.finish()
        rig.world.speaker(.drained(at: .milliseconds(3_000)))
        #expect(rig.service.heard.last == words)
        #expect(rig.played == [1001: 500, 1002: 300])
        #expect(rig.world.current == .idle)
        #expect(rig.service.breaches == [])
    }

    @Test("words spoken without a connection are heard when it is back", arguments: someRates)
    func outage(rates: SessionRates) {
        var rig = Rig(rates, [.words("There I am.", milliseconds: 300)])
        rig.service.lose()
        #expect(rig.world.current == .offline)
        let words = rig.say(from: 1_000, milliseconds: 600)
        #expect(rig.service.heard == [])
        rig.world.at(4_000)
        rig.service.returnToLife()
        rig.service.finish()
        rig.world.speaker(.drained(at: .milliseconds(5_000)))
        #expect(rig.service.heard == [words])
        #expect(rig.played == [1001: 300])
        #expect(rig.world.current == .idle)
        #expect(rig.service.breaches == [])
    }

    @Test("an answer may take as long as it lasts plus the time-out", arguments: someRates)
    func length(rates: SessionRates) {
        var rig = Rig(rates, [.words("A long one", milliseconds: 8_000)])
        rig.say(from: 1_000, milliseconds: 1_000)
        let end = 2_000 + 8_000 + ConversationSettings(mode: .hold).thinkingTimeoutMilliseconds
        rig.world.at(end - 1)
        #expect(rig.world.current == .speaking)
        rig.world.at(end + 1)
        #expect(rig.world.current == .idle)
    }

    @Test("a pre-roll of seconds repeats nothing; samples of a new count are heard")
    func preRoll() {
        for rates in someRates {
            var rig = Rig(
                rates,
                [.words("One", milliseconds: 100), .words("Two", milliseconds: 100)])
            rig.say(from: 1_000, milliseconds: 20_000)
            rig.service.finish()
            rig.world.speaker(.drained(at: .milliseconds(22_000)))
            // The second turn reaches 9 s back, all of which was sent to the service already.
            rig.nextSample -= Int64(9 * rates.input)
            rig.press(at: 23_000)
            _ = rig.capture(milliseconds: 9_000)
            let words = rig.capture(milliseconds: 200)
            rig.release(at: 23_200)
            #expect(rig.service.heard.last == words, "\(rates)")
            rig.service.finish()
            rig.world.speaker(.drained(at: .milliseconds(24_000)))
            // A device that was unplugged counts from 0 again.
            rig = Rig(rates, [.words("One", milliseconds: 100), .words("Two", milliseconds: 100)])
            rig.say(from: 1_000, milliseconds: 12_000)
            rig.service.finish()
            rig.world.speaker(.drained(at: .milliseconds(14_000)))
            rig.nextSample = 0
            let anew = rig.say(from: 15_000, milliseconds: 400)
            #expect(rig.service.heard.last == anew, "\(rates)")
        }
    }
}
