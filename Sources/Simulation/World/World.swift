internal import Assistant
internal import Live
internal import ModelTypes
internal import Tools

/// The real session and the real assistant against a simulated service, network, card, tools and
/// user, in virtual time and from one seed.
///
/// What must always hold is checked as it happens (design.md section 6); `violations` says what
/// did not. A run follows from its day alone, so it can be repeated and cut down.
package final class World {
    /// What a run was like.
    package struct Report: Sendable {
        package var violations: [String] = []
        /// What happened, one line each, the last so many.
        package var log: [String] = []
        package var counts = WorldCounts()
    }

    /// Lines of the log that are kept.
    private static let logLimit = 400
    /// The world is calm for so long after the day, and everything must be at rest then.
    private static let calm: Int64 = 400_000_000_000
    private static let minute: Int64 = 60_000_000_000

    private let day: Day
    private let loop = VirtualLoop()
    private let network: VirtualNetwork
    private let microphone: VirtualMicrophone
    private let speaker: VirtualSpeaker
    private let tools: VirtualTools
    private let session: LiveSession
    private let assistant: VoiceAssistant
    private let port: RecordingSession
    private let book = WorldBook()
    private let relay = WorldRelay()

    /// A world for a day; nothing has happened.
    package init(day: Day) {
        self.day = day
        network = VirtualNetwork(loop: loop, scenario: Self.scenario(day.seed), seed: day.seed)
        microphone = VirtualMicrophone(loop: loop)
        speaker = VirtualSpeaker(loop: loop)
        tools = VirtualTools(loop: loop, seed: day.seed)
        var settings = SessionSettings(endpoint: LiveEndpoint(), model: "gemini-3.8-live")
        settings.activity =
            day.mode == .handsFree ? .automatic(SessionSettings.Detection()) : .manual
        settings.tools = VirtualFunction.allCases.map(\.declaration)
        settings.idleMilliseconds = 30_000
        let random = RandomBox(SeededRandom(day.seed, stream: 3))
        let relay = relay
        session = LiveSession(
            executor: loop, transport: network, settings: settings,
            credential: .fixed(.key(Secret("test-key"))), clock: VirtualClock(loop: loop),
            random: { random.next() }
        ) { relay.onEvent($0) }
        book.isAutomatic = day.mode == .handsFree
        port = RecordingSession(session: LiveSessionPort(session), book: book)
        let book = book
        let loop = loop
        assistant = VoiceAssistant(
            executor: loop, settings: ConversationSettings(mode: day.mode),
            confirmation: ConfirmationSettings(),
            ports: AssistantPorts(
                microphone: microphone, speaker: speaker, session: port, tools: tools,
                indicator: NoIndicator(), earcons: WorldEarcons { book.refused($0, at: loop.now) },
                timeline: WorldTimeline { book.take($0.event, at: loop.now) },
                alarm: VirtualClock(loop: loop), hasNetwork: { true }))
        let assistant = assistant
        let speaker = speaker
        relay.onEvent = { event in
            speaker.advance()
            book.take(event, at: loop.now)
            assistant.assumeIsolated { $0.session(event) }
        }
        book.expectsAnswers = !day.troubles.contains { $0.trouble.silencesAnswers }
        book.expectsNoError =
            day.troubles.count <= 1 && day.troubles.allSatisfy { $0.trouble.isMended }
        book.repeatsAnswers = day.troubles.contains { $0.trouble == .service(.repeatedTurn) }
        book.hearsGoAway = !day.troubles.contains { $0.trouble.holdsBack }
        connect()
    }

    private func connect() {
        let (book, loop, assistant) = (book, loop, assistant)
        microphone.onSignal = { signal in assistant.assumeIsolated { $0.microphone(signal) } }
        speaker.onSignal = { signal in assistant.assumeIsolated { $0.speaker(signal) } }
        speaker.onHeard = { book.heard($1, ofAnswer: $0, at: loop.now) }
        network.handlers = VirtualNetwork.Handlers(
            opened: { book.opened(at: loop.now) },
            event: { book.service($0, at: loop.now) },
            sent: { book.sent($0, at: loop.now) },
            fault: { book.fail($0, at: loop.now) },
            left: { book.left(at: loop.now) })
        tools.onEnd = { book.carriedOut($0, at: loop.now) }
        let microphone = microphone
        book.takeFreshSamples = { microphone.takeFresh() }
    }

    /// The sounds of the answers, each of another value and length; shared, since they are large.
    private static let voices: [[Int16]] = {
        var random = SeededRandom(0, stream: 5)
        return (1...200).map { number in
            let length = Int.random(in: 2_400...43_200, using: &random)
            // Loud enough to count as sound.
            return [Int16](repeating: Int16(value(ofTurn: number - 1)), count: length)
        }
    }()

    /// The value of every sample of an answer.
    static func value(ofTurn turn: Int) -> Int { 100 * (turn + 1) }

    /// The model's answers, some with a function before them.
    private static func scenario(_ seed: UInt64) -> Scenario {
        var random = SeededRandom(seed, stream: 4)
        var scenario = Scenario(
            turns: voices.map { voice in
                let function = VirtualFunction.allCases.randomElement(using: &random) ?? .usual
                let call = Scenario.Call(name: function.rawValue, arguments: ["on": true])
                return Scenario.Turn(
                    heard: "words", call: random.chance(30) ? call : nil, says: "sounds",
                    voice: voice)
            })
        scenario.chunkMilliseconds = 400
        scenario.framing.isMinified = true
        return scenario
    }

    // MARK: - The run

    /// Lives through the day and the calm after it.
    package func run() -> Report {
        for (time, deed) in day.deeds { loop.schedule(at: time) { self.perform(deed) } }
        for (time, trouble) in day.troubles {
            loop.schedule(at: time) { self.perform(trouble) }
        }
        assistant.assumeIsolated { $0.start() }
        let isOver = loop.run(until: day.end + Self.calm) { book.report.violations.isEmpty }
        if !isOver {
            book.fail("time stands still: something is done again and again", at: loop.now)
        }
        if book.report.violations.isEmpty { checkRest() }
        book.report.counts.seconds = loop.now / 1_000_000_000
        book.report.log = Array(book.report.log.suffix(Self.logLimit))
        end()
        return book.report
    }

    /// Takes apart what refers to each other; nobody else would, and thousands of days follow.
    private func end() {
        loop.clear()
        relay.onEvent = { _ in }
        microphone.onSignal = { _ in }
        speaker.onSignal = { _ in }
    }

    private func perform(_ deed: Day.Deed) {
        book.note("the user: \(deed)", at: loop.now)
        switch deed {
        case .cough(let length):
            microphone.quiet.append(
                VirtualMicrophone.index(
                    at: loop.now - 350_000_000)..<VirtualMicrophone.index(
                        at: loop.now + length + 700_000_000))
            speak(for: length)
        case .stop:
            let now = loop.now
            book.stop()
            assistant.assumeIsolated { $0.silence(at: now) }
        case .talk(let length):
            switch day.mode {
            case .hold, .tap:
                edge(true)
                loop.after(day.mode == .hold ? length : min(length, 100_000_000)) {
                    self.edge(false)
                }
                guard day.mode == .tap else { return }
                loop.after(length + 200_000_000) { self.edge(true) }
                loop.after(length + 300_000_000) { self.edge(false) }
            case .handsFree: speak(for: length)
            }
        }
    }

    /// The local detector hears something for so long.
    private func speak(for length: Int64) {
        let begin = loop.now
        loop.after(60_000_000) {
            self.hear(.speechStarted(sample: VirtualMicrophone.index(at: begin), at: begin))
        }
        loop.after(max(length, 80_000_000) + 500_000_000) {
            let end = self.loop.now - 500_000_000
            self.hear(.speechEnded(sample: VirtualMicrophone.index(at: end), at: end))
        }
    }

    private func edge(_ pressed: Bool) {
        let event = ButtonEvent(pressed: pressed, at: loop.now)
        let state = assistant.assumeIsolated { $0.state }
        // A tap while an answer is awaited takes the words back.
        if pressed, day.mode == .tap, state == .thinking { book.stop() }
        assistant.assumeIsolated { $0.button(event) }
    }

    private func hear(_ signal: MicrophoneSignal) {
        assistant.assumeIsolated { $0.microphone(signal) }
    }

    private func perform(_ trouble: Day.Trouble) {
        book.report.counts.troubles += 1
        book.note("trouble: \(trouble)", at: loop.now)
        switch trouble {
        case .service(let fault): network.inject(fault)
        case .reset: network.reset()
        case .outage(let length): network.downUntil = max(network.downUntil, loop.now + length)
        case .mute(let length): network.mutesUntil = max(network.mutesUntil, loop.now + length)
        case .lameHandle(let length):
            network.refusesHandlesUntil = max(network.refusesHandlesUntil, loop.now + length)
            network.reset()
        case .refusal(let length):
            network.refusesUntil = max(network.refusesUntil, loop.now + length)
            network.reset()
        }
    }

    private func checkRest() {
        let state = assistant.assumeIsolated { $0.state }
        if state != .idle { book.fail("at rest the state is \(state)", at: loop.now) }
        let isThere = session.assumeIsolated { $0.isReady || $0.isIdle }
        if !isThere { book.fail("at rest there is no session", at: loop.now) }
        book.checkRest(tools.executions, at: loop.now)
    }
}

/// Randomness that several closures share.
private final class RandomBox: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private var random: SeededRandom

    init(_ random: SeededRandom) { self.random = random }

    func next() -> Double { .random(in: 0..<1, using: &random) }
}

/// Carries the session's events to an assistant that is made after it.
private final class WorldRelay: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    var onEvent: (SessionEvent) -> Void = { _ in }
}
