internal import Assistant
internal import ModelTypes
internal import VoiceSession
internal import WireCodec

/// The real session, assistant, tool runner, button and book of timers against a simulated service,
/// network, card, disk and user, in virtual time and from one seed.
///
/// The invariants of design.md section 6 are checked as events happen; `violations` lists those
/// that were broken. A run depends only on its day, so it can be repeated and shortened.
package final class World: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// The result of a run.
    package struct Report: Sendable {
        package var violations: [String] = []
        /// What happened, one line each, the last `logLimit` of them.
        package var log: [String] = []
        package var counts = WorldCounts()
    }

    /// Lines of the log that are kept.
    private static let logLimit = 400
    /// After this time crashes and losses at the day's end are over (nanoseconds).
    private static let mendedAfter: Int64 = 9_000_000_000
    /// The world is calm for this time after the day; then everything must be at rest.
    private static let calm: Int64 = 400_000_000_000
    private static let minute: Int64 = 60_000_000_000

    let day: Day
    let loop = VirtualLoop()
    private let network: VirtualNetwork
    let microphone: VirtualMicrophone
    private let speaker: VirtualSpeaker
    private let toolbox: VirtualToolbox
    let book = WorldBook()
    let parts: WorldParts
    private let user: WorldUser
    /// The current run of the program; nil while there is none.
    private(set) var device: VirtualDevice?
    /// Fingers on the button, whose contact is closed while there is one.
    var fingers = 0
    private var isOver = false
    /// Until when the user talks after a remote request to listen.
    var talksUntil: Int64 = 0

    /// A world for a day; nothing has happened.
    package init(day: Day) {
        self.day = day
        network = VirtualNetwork(loop: loop, scenario: Self.scenario(day.seed), seed: day.seed)
        microphone = VirtualMicrophone(loop: loop)
        speaker = VirtualSpeaker(loop: loop)
        let user = WorldUser(loop: loop, random: SeededRandom(day.seed, stream: 7))
        self.user = user
        toolbox = VirtualToolbox(clock: VirtualToolClock(loop: loop), seed: day.seed)
        parts = WorldParts(
            day: day, loop: loop, pool: VirtualPool(loop: loop), network: network,
            microphone: microphone, speaker: speaker, toolbox: toolbox, disk: VirtualDisk(),
            book: book, random: RandomBox(SeededRandom(day.seed, stream: 3)),
            onShow: { [book] in
                book.hasVisibleTrouble = $0.hasTrouble
                book.isAsking = $0.awaitsConfirmation
                user.sees($0)
            })
        book.expect(day)
        connect()
    }

    private func connect() {
        let (book, loop) = (book, loop)
        speaker.onHeard = { book.heard($1, ofAnswer: $0, at: loop.now) }
        network.handlers = VirtualNetwork.Handlers(
            opened: { book.opened(at: loop.now) },
            event: { book.service($0, at: loop.now) },
            sent: { book.sent($0, at: loop.now) },
            fault: { book.fail($0, at: loop.now) },
            left: { book.left(at: loop.now) })
        toolbox.onEnd = { book.carriedOut($0, $1, at: loop.now) }
        let microphone = microphone
        book.takeFreshSamples = { microphone.takeFresh() }
        book.givenSamples = { microphone.giving }
        user.onPress = { [weak self] in self?.press() }
    }

    /// The sounds of the answers, each with its own value and length; shared, since they are large.
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
        loop.schedule(at: day.end + Self.mendedAfter) { self.mend() }
        begin()
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

    /// Starts the program.
    private func begin() {
        guard !isOver else { return }
        let made = VirtualDevice(parts)
        device = made
        made.start()
    }

    /// Breaks reference cycles; nothing else would, and thousands of days follow.
    private func end() {
        isOver = true
        user.onPress = {}
        network.handlers = VirtualNetwork.Handlers()
        toolbox.onEnd = { _, _ in }
        speaker.onHeard = { _, _ in }
        device?.die()
        device = nil
        // Waiting tasks end by cancellation, and leave nothing behind.
        _ = loop.run(until: loop.now + Self.minute) { true }
        loop.clear()
    }

    /// Restores everything that the day has removed or muted.
    private func mend() {
        book.note("all is mended", at: loop.now)
        if microphone.isLost { microphone.come(chunk: 1600) }
        if speaker.isLost { speaker.come() }
        book.hasSpeaker = true
        microphone.isShut = false
        let now = loop.now
        device?.assistant.assumeIsolated {
            $0.switchMute(false, at: now)
            $0.endMute()
            $0.setMute(false, at: now)
        }
        // A refused device gets one more press.
        guard day.keyAt > 0 else { return }
        // Held longer than a tap only if that talks: otherwise a long press mutes.
        guard day.mode == .hold else { return press() }
        edge(true)
        loop.after(1_000_000_000) { self.edge(false) }
    }

    private func checkRest() {
        let state = device?.assistant.assumeIsolated { $0.state }
        if state != .idle {
            book.fail("at rest the state is \(state?.rawValue ?? "none")", at: loop.now)
        }
        let isThere = device.map { $0.session.isReady || $0.session.isIdle } ?? false
        if !isThere { book.fail("at rest there is no session", at: loop.now) }
        if device?.bell.isRinging ?? false { book.fail("at rest something rings", at: loop.now) }
        book.checkRest(toolbox.executions, at: loop.now)
    }

    // MARK: - What goes wrong

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
        case .noMicrophone(let length): loseMicrophone(for: length)
        case .noSpeaker(let length): loseSpeaker(for: length)
        case .crash(let length):
            device?.die()
            restart(after: length)
        case .reload:
            guard let device else { break }
            self.device = nil
            book.restarted(at: loop.now)
            device.stop { [weak self] in
                guard let self else { return }
                book.restarted(at: loop.now)
                begin()
            }
        case .emptying(let length, let timeLeft):
            network.emptying = (loop.now + length, timeLeft)
            network.inject(.goAway(timeLeft: .nanoseconds(timeLeft)))
        case .quota:
            network.inject(.close(code: KnownClose.quota.code, reason: KnownClose.quota.reason))
        case .repeatedCall:
            if let call = book.repeatedCall() { network.inject(.raw(call)) }
        }
    }

    private func restart(after length: Int64) {
        guard device != nil else { return }
        device = nil
        book.restarted(at: loop.now)
        loop.after(length) { self.begin() }
    }

    private func loseMicrophone(for length: Int64) {
        guard !microphone.isLost else { return }
        microphone.lose()
        // Between 10 ms and 125 ms, as cards grant them.
        let chunk = 160 * (1 + length / 1_000_000 % 12)
        loop.after(length) {
            if self.microphone.isLost { self.microphone.come(chunk: chunk) }
        }
    }

    private func loseSpeaker(for length: Int64) {
        guard !speaker.isLost else { return }
        book.hasSpeaker = false
        speaker.lose()
        book.speakerChanged()
        loop.after(length) {
            self.book.speakerChanged()
            self.book.hasSpeaker = true
            if self.speaker.isLost { self.speaker.come() }
        }
    }
}
