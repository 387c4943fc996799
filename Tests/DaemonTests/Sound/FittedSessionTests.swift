import ModelTypes
import Testing
import VoiceSession

@testable import Daemon

/// A service that records its input.
private final class EarService: VoiceService, @unchecked Sendable {
    // @unchecked: used on the test's one thread only.

    let rates: SessionRates
    var words: [[Int16]] = []
    var isOpen = false

    init(_ rates: SessionRates) { self.rates = rates }

    var isReady: Bool { true }
    var isIdle: Bool { false }
    func connect() {}
    func disconnect() {}
    func endConversation() {}
    func beginActivity() {
        words.append([])
        isOpen = true
    }
    func sendAudio(_ samples: [Int16]) {
        #expect(isOpen)
        words[words.count - 1] += samples
    }
    func endActivity() -> AnswerNumber? {
        isOpen = false
        return nil
    }
    func endAudioStream() -> AnswerNumber? { nil }
    func expectNoReply() {}
    func discardInput() {}
    func sendText(_ text: String) -> AnswerNumber? { nil }
    func sendToolResponses(_ responses: [FunctionResponse]) {}
    func updateContext(instruction: String?, tools: [FunctionDeclaration]?) {}
}

private let otherRates = [
    SessionRates(input: 24_000, output: 24_000), SessionRates(input: 8_000, output: 8_000),
    SessionRates(input: 16_000, output: 48_000), SessionRates(input: 48_000, output: 16_000),
]

@Suite("a voice service in other rates than the sound path's")
struct FittedSessionTests {
    private let answer = AnswerNumber(1)

    /// Half a second of a square wave: 200 Hz, which every rate can represent.
    private func tone(rate: Int) -> [Int16] {
        (0..<rate / 2).map { ($0 * 400 / rate) % 2 == 0 ? 8_000 : -8_000 }
    }

    /// How often the sound changes its sign, ignoring a filter's ringing at the edges.
    private func crossings(_ samples: [Int16]) -> Int {
        var (sign, count) = (0, 0)
        for sample in samples where sample.magnitude > 2_000 {
            let now = sample < 0 ? -1 : 1
            if sign != 0, now != sign { count += 1 }
            sign = now
        }
        return count
    }

    @Test("with the sound path's own rates nothing is converted")
    func sameRates() throws {
        #expect(try RateFit(of: .sound, to: .sound) == nil)
        #expect(LiveService.rates == .sound)
    }

    @Test("words keep their length and pitch", arguments: otherRates)
    func words(rates: SessionRates) throws {
        let service = EarService(rates)
        let fit = try #require(try RateFit(of: rates, to: .sound))
        let session = FittedSession(service: service, fit: fit, rates: .sound)
        let spoken = tone(rate: session.rates.input)
        for _ in 0..<2 {
            session.beginActivity()
            for start in stride(from: 0, to: spoken.count, by: 320) {
                session.sendAudio(Array(spoken[start..<min(start + 320, spoken.count)]))
            }
            _ = session.endActivity()
        }
        for heard in service.words {
            // Within a millisecond of half a second.
            #expect(abs(heard.count - rates.input / 2) <= rates.input / 1000)
            #expect(crossings(heard) == crossings(spoken))
        }
        #expect(service.words.count == 2)
    }

    @Test("an answer keeps its length and pitch, up to its last sample")
    func answers() throws {
        for rates in otherRates where rates.output != SessionRates.sound.output {
            let fit = try #require(try RateFit(of: rates, to: .sound))
            let made = tone(rate: rates.output)
            for _ in 0..<2 {
                var heard: [Int16] = []
                for start in stride(from: 0, to: made.count, by: 500) {
                    let part = Array(made[start..<min(start + 500, made.count)])
                    for case .audio(let samples, _) in fit.events(.audio(part, of: answer)) {
                        heard += samples
                    }
                }
                let end = fit.events(.generationComplete(answer))
                guard case .generationComplete? = end.last else {
                    Issue.record("the end of the answer is not reported")
                    return
                }
                for case .audio(let samples, _) in end { heard += samples }
                #expect(abs(heard.count - 12_000) <= 24, "\(rates)")
                #expect(crossings(heard) == crossings(made), "\(rates)")
                // The turn's end adds nothing.
                #expect(fit.events(.turnComplete(answer)).count == 1)
            }
        }
    }

    @Test("nothing of a cut answer is heard in the next")
    func cut() throws {
        for rates in otherRates where rates.output != SessionRates.sound.output {
            let fit = try #require(try RateFit(of: rates, to: .sound))
            _ = fit.events(.audio([Int16](repeating: 30_000, count: 4_000), of: answer))
            #expect(fit.events(.interrupted(answer, next: nil)).count == 1)
            var loudest: UInt16 = 0
            let silence = [Int16](repeating: 0, count: 4_000)
            for event in [SessionEvent.audio(silence, of: answer), .turnComplete(answer)] {
                for case .audio(let samples, _) in fit.events(event) {
                    loudest = max(loudest, samples.map(\.magnitude).max() ?? 0)
                }
            }
            #expect(loudest == 0, "\(rates)")
        }
    }
}
