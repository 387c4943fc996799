internal import Assistant
internal import Tools
internal import WireCodec

// Promises about the device itself: mute, questions, timers, announcements, and its restarts.

extension WorldBook {
    static let question = "the user is asked to confirm "
    static let isSaid = "the model is asked to say something"
    /// The notices of everything that is not said after all.
    static let unsaidNotices: Set<String> = [
        "there was no session in time to say something",
        "too much is to be said already; something is not said",
    ]

    /// What to hold a day against.
    func expect(_ day: Day) {
        isAutomatic = day.mode == .handsFree
        keyAt = day.keyAt
        let troubles = day.troubles.map(\.trouble)
        expectsNoError =
            troubles.count <= 1 && troubles.allSatisfy { $0.isMended } && day.keyAt == 0
            && day.deeds.allSatisfy { $0.deed.isPlain }
        repeatsAnswers = troubles.contains(.service(.repeatedTurn))
        hearsGoAway = !troubles.contains { $0.holdsBack }
    }

    // MARK: - Mute

    func muted(_ isMuted: Bool, at time: Int64) {
        let index = VirtualMicrophone.index(at: time)
        if isMuted {
            mutedSince = mutedSince ?? index
        } else if let since = mutedSince {
            // A press that is known to be held only later opens it from where it went down.
            let isByPress = pressedAt >= time - Self.decision
            let end = isByPress ? min(index, VirtualMicrophone.index(at: pressedAt)) : index
            mutedSpans.append(since..<max(since, end))
            mutedSince = nil
        }
    }

    /// What is sent was captured while nothing muted the microphone.
    func checkMute(_ sent: Range<Int64>) {
        let isOfNow = mutedSince.map { sent.upperBound > $0 } ?? false
        guard isOfNow || mutedSpans.contains(where: { $0.overlaps(sent) }) else { return }
        let at = sent.lowerBound * 1_000_000 / 16
        fail("sound was sent that was captured while the microphone was muted", at: at)
    }

    // MARK: - Functions

    /// A function did its work.
    func carriedOut(_ id: String, _ function: VirtualFunction, at time: Int64) {
        // What comes at the same moment may come first.
        if let since = takenBack[id], since < time {
            fail("call \(id) was carried out after it was taken back", at: time)
        }
        if undone.contains(id) {
            fail("call \(id) was carried out, and the service was told that it was not", at: time)
        }
        guard let means = function.confirmation else { return }
        let askedAt = asked.removeValue(forKey: function.rawValue)
        let isConfirmed =
            switch means {
            case .button:
                // A press that came too soon after the question was meant for something else.
                presses.contains { $0 >= (askedAt ?? .max - Self.reaction) + Self.reaction }
            case .phrase, .pin: turnOpenedAt > (askedAt ?? .max)
            }
        report.counts.confirmations += 1
        presses = []
        if !isConfirmed { fail("\(function) was carried out and nobody confirmed it", at: time) }
    }

    /// What the service hears about a call that is not carried out must stay true.
    func noteRefusal(_ response: JSONValue, of id: String) {
        let error = response["response"]?["error"]?.string ?? ""
        if error.hasPrefix("nothing was done") { undone.insert(id) }
    }

    /// The user is asked to confirm a function, which is always called with the same arguments.
    func note(question name: String, at time: Int64) {
        if let before = asked[name], !forgotten.contains(name), turnOpenedAt < before {
            fail("the user was asked to confirm \(name) again and has said nothing since", at: time)
        }
        forgotten.remove(name)
        asked[name] = time
        report.counts.questions += 1
    }

    /// What the service takes back was not refused by the user.
    func forgetQuestion(of id: String) {
        if let name = namesOfCalls[id] { forgotten.insert(name) }
    }

    private static let reaction: Int64 = 500_000_000
    /// A press is long or short after this (nanoseconds).
    private static let decision: Int64 = 1_200_000_000

    func pressed(at time: Int64) {
        presses.append(time)
        pressedAt = time
    }

    /// The latest call once more, as the service would send it; nil while there was none.
    func repeatedCall() -> String? {
        guard let latestCall else { return nil }
        repeated.insert(latestCall.id)
        let call: JSONValue = [
            "id": .string(latestCall.id), "name": .string(latestCall.name), "args": ["on": true],
        ]
        let message: JSONValue = ["toolCall": ["functionCalls": [call]]]
        return message.serialized
    }

    // MARK: - Silence

    /// A user who waits for an answer hears a sound when none comes.
    ///
    /// Where the service finds the turns, a noise may have opened one, which ends in silence.
    func checkAwaited(at time: Int64) {
        switch state {
        case .listening, .thinking, .speaking: return
        case .idle, .offline, .muted: break
        }
        guard awaited != nil, !isAutomatic else { return }
        fail("the wait for an answer ended without a sound", at: time)
    }

    // MARK: - What is said and rung unasked

    /// The model is asked to say something, which would spoil an answer, or the user's to a question.
    func checkMoment(at time: Int64) {
        switch state {
        case .listening, .thinking, .speaking:
            fail("something was said unasked into a turn", at: time)
        case .idle, .offline, .muted: break
        }
        if isAsking { fail("something was said unasked while the user was asked", at: time) }
    }

    static func announcement(_ number: Int) -> String { "announcement \(number) of the day" }

    func announced(_ number: Int) {
        unsaid.insert(number)
        report.counts.announcements += 1
    }

    /// The service was sent something in writing.
    func textCame(_ text: String, at time: Int64) {
        note("service: text", at: time)
        orphans = []
        // Its answer is nobody's words.
        lastHeard = nil
        unsaid = unsaid.filter { !text.contains(Self.announcement($0)) }
    }

    func rang(_ numbers: [Int], at time: Int64) {
        note("rings: \(numbers)", at: time)
        report.counts.rings += numbers.count
        for number in numbers { lastRang[number] = time }
    }

    func checkRing(of number: Int, since due: Int64, at time: Int64) {
        if lastRang[number].map({ $0 < due }) ?? true {
            fail("timer \(number) did not ring", at: time)
        }
    }

    // MARK: - Restarts

    /// The loudspeaker is gone, or back: what it was given is heard late, or not.
    func speakerChanged() {
        uncounted.formUnion(arrived)
        resumed = []
        doubted = []
    }

    /// The program ended, and with it what it had heard and not sent, and the users who waited.
    func restarted(at time: Int64) {
        note("the program ended", at: time)
        report.counts.restarts += 1
        excuseUnheard()
        current = nil
        awaited = nil
        isStopped = false
        handleTries = nil
        openings = []
        speakerChanged()
        dead = []
        orphanCalls()
        orphans = []
        busySince = nil
        leaveBy = nil
        asked = [:]
        forgotten = []
        notBefore = 0
        setUpAt = nil
        isAsking = false
        state = .offline
    }
}

extension Day.Deed {
    /// Whether nothing of it makes the device sound an error of its own.
    fileprivate var isPlain: Bool {
        switch self {
        case .talk, .cough, .stop, .say: true
        case .mute, .listen, .timer, .press: false
        }
    }
}
