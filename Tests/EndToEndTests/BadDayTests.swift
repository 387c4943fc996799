import Assistant
import Daemon
import ModelTypes
import Simulation
import Testing
import WireCodec

@Suite("A bad day, over real sockets", .timeLimit(.minutes(5)))
struct BadDayTests {
    private static let internalError = Fault.close(
        code: KnownClose.internalError.code, reason: KnownClose.internalError.reason)
    private static let invalidArgument = Fault.close(
        code: KnownClose.invalidArgument.code, reason: KnownClose.invalidArgument.reason)

    /// The faults, turn by turn; not more than the connection attempts of a minute allow.
    private static let troubles: [BadDay.Trouble] = [
        // The end is announced in mid-answer, with time for it.
        .inAnswer(.goAway(timeLeft: .seconds(20))),
        .inWords([[.reset]]),
        .inCall(.reset),
        .inWords([[internalError]]),
        .inAnswer(internalError),
        // The handles have expired when the connection breaks.
        .inWords([[.expireHandles, .reset]]),
        // The service refuses the words of the resumed session.
        .inWords([[.reset], [invalidArgument]]),
        // The end is announced during the words, without time to wait for their end.
        .inWords([[.goAway(timeLeft: .milliseconds(1200))]]),
        .before(.delayPongs(.seconds(8))),
        .nothing,
    ]
    private static let calling: Set = [2, 9]
    /// The number of connections that break without announcement.
    private static let breaks = 7

    @Test("every word arrives once, every function runs once, and every answer is heard")
    func badDay() async throws {
        // In parallel, since sound takes its time.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for dialect in Appliance.Dialect.allCases {
                group.addTask { try await live(through: dialect) }
            }
            try await group.waitForAll()
        }
    }

    private func live(through dialect: Appliance.Dialect) async throws {
        let day = try await BadDay(
            turns: Self.troubles.count, calling: Self.calling, dialect: dialect)
        for (number, trouble) in Self.troubles.enumerated() {
            try await day.turn(number, trouble)
        }
        let outcome = try await day.outcome()
        expectWords(outcome, dialect)
        expectCalls(outcome)
        expectAnswers(outcome)
        expectCalm(outcome)
    }

    /// Checks that the service heard every turn bit for bit as the microphone gave it, and nothing
    /// else.
    private func expectWords(_ outcome: BadDay.Outcome, _ dialect: Appliance.Dialect) {
        let heard = outcome.service.compactMap(\.words)
        var turns: [Int] = []
        for words in heard {
            let number = Self.troubles.indices.first {
                words.start(of: BadDay.words($0, Self.troubles[$0])) != nil
            }
            guard let number else {
                Issue.record("not spoken like this: \(BadDay.told(words, Self.troubles))")
                continue
            }
            // If a handle covers half of the words, their rest is sent again, and a session that
            // had not heard their end hears it then.
            if dialect == .developer || turns.last != number { turns.append(number) }
        }
        #expect(turns == Array(Self.troubles.indices))
    }

    private func expectCalls(_ outcome: BadDay.Outcome) {
        #expect(outcome.runs == Self.calling.count)
        #expect(outcome.timeline.count { $0.isCall } == Self.calling.count)
        var open: Set<String> = []
        for event in outcome.service {
            switch event {
            case .called(_, let id): open.insert(id)
            case .answered(let response):
                #expect(open.remove(response["id"]?.string ?? "") != nil)
            case .answeredInVain(let response): Issue.record("the call failed: \(response)")
            default: break
            }
        }
        // The call whose connection was lost; the model called it again, and was answered then.
        #expect(open.count == 1)
    }

    /// Checks that every answer is played whole; of one that was cut, its beginning is played
    /// first.
    private func expectAnswers(_ outcome: BadDay.Outcome) {
        var rest = outcome.sounds[...]
        for (number, trouble) in Self.troubles.enumerated() {
            let voice = BadDay.voice(number)
            let played = zip(rest, voice).prefix { $0 == $1 }.count
            rest = rest.dropFirst(played)
            guard played < voice.count else { continue }
            guard case .inAnswer = trouble, rest.starts(with: voice) else {
                Issue.record("answer \(number) was not played whole: \(played) samples")
                return
            }
            rest = rest.dropFirst(voice.count)
        }
        #expect(rest.isEmpty, "something else was played")
    }

    /// Checks that the user heard only of the lost connections, each once.
    private func expectCalm(_ outcome: BadDay.Outcome) {
        var isOffline = false
        var breaks = 0
        for event in outcome.timeline {
            switch event {
            case .offline:
                #expect(!isOffline, "an outage was reported twice")
                isOffline = true
                breaks += 1
            case .online: isOffline = false
            case .notice(let text): #expect(text.contains("a fresh session gets the history"))
            case .turnClosed(_, let outcome): #expect(outcome == .sent)
            case .refused, .soundLost, .toolCancelled, .interrupted: Issue.record("\(event)")
            default: break
            }
        }
        #expect(breaks == Self.breaks)
    }
}
