internal import Assistant
internal import Tools
internal import WireCodec

// Promises about the device itself: mute, questions, timers, announcements, and its restarts.

extension WorldBook {
    static let question = "the user is asked to confirm "
    static let isSaid = "the model is asked to say something"
    /// The notices about announcements that are not spoken after all.
    static let unsaidNotices: Set<String> = [
        "an announcement is dropped: there was no session in time",
        "an announcement is dropped: too many are waiting",
    ]

    /// Sets what is expected of a day.
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
            // A press that turns out later to be a hold opens the microphone from the time of the
            // press.
            let isByPress = pressedAt >= time - Self.decision
            let end = isByPress ? min(index, VirtualMicrophone.index(at: pressedAt)) : index
            mutedSpans.append(since..<max(since, end))
            mutedSince = nil
        }
    }

    /// Checks that samples that are sent were captured while the microphone was not muted.
    func checkMute(_ sent: Range<Int64>) {
        let isOfNow = mutedSince.map { sent.upperBound > $0 } ?? false
        guard isOfNow || mutedSpans.contains(where: { $0.overlaps(sent) }) else { return }
        let at = sent.lowerBound * 1_000_000 / 16
        fail("sound was sent that was captured while the microphone was muted", at: at)
    }

    // MARK: - Functions

    /// Checks a function that was carried out.
    func carriedOut(_ id: String, _ function: VirtualFunction, at time: Int64) {
        // Events at the same moment may come in either order.
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
                // A press too soon after the question was meant for something else.
                presses.contains { $0 >= (askedAt ?? .max - Self.reaction) + Self.reaction }
            case .phrase, .pin: turnOpenedAt > (askedAt ?? .max)
            }
        report.counts.confirmations += 1
        presses = []
        if !isConfirmed { fail("\(function) was carried out and nobody confirmed it", at: time) }
    }

    /// If the service is informed that a call was not carried out, that must stay true.
    func noteRefusal(_ response: JSONValue, of id: String) {
        let error = response["response"]?["error"]?.string ?? ""
        if error.hasPrefix("nothing was done") { undone.insert(id) }
    }

    /// Notes that the user is asked to confirm a function, which always has the same arguments.
    func note(question name: String, at time: Int64) {
        if let before = asked[name], !forgotten.contains(name), turnOpenedAt < before {
            fail("the user was asked to confirm \(name) again and has said nothing since", at: time)
        }
        forgotten.remove(name)
        asked[name] = time
        report.counts.questions += 1
    }

    /// Forgets the question of a cancelled call, since the user did not refuse it.
    func forgetQuestion(of id: String) {
        if let name = namesOfCalls[id] { forgotten.insert(name) }
    }

    private static let reaction: Int64 = 500_000_000
    /// After this time a press is known to be long or short (nanoseconds).
    private static let decision: Int64 = 1_200_000_000

    func pressed(at time: Int64) {
        presses.append(time)
        pressedAt = time
    }

    /// The latest call again, as the service would send it; nil if there was none.
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

    /// Checks that a user who waits for an answer hears a sound if none comes.
    ///
    /// If the service detects the turns, a noise may have opened one, which ends in silence.
    func checkAwaited(at time: Int64) {
        switch state {
        case .listening, .thinking, .speaking: return
        case .idle, .offline, .muted: break
        }
        guard awaited != nil, !isAutomatic else { return }
        fail("the wait for an answer ended without a sound", at: time)
    }

    // MARK: - Announcements and timers

    /// Checks the moment at which the model is asked to speak an announcement, which must not spoil
    /// an answer, or the user's answer to a question.
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

    /// Notes a text that the service has received.
    func textCame(_ text: String, at time: Int64) {
        note("service: text", at: time)
        orphans = []
        // Its answer does not belong to spoken words.
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

    /// Notes that the loudspeaker was removed or came back: its samples are heard late, or not at
    /// all.
    func speakerChanged() {
        uncounted.formUnion(arrived)
        resumed = []
        doubted = []
    }

    /// Notes that the program ended: unsent words are lost, and the user no longer waits.
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
    /// Whether it never makes the device play an error sound.
    fileprivate var isPlain: Bool {
        switch self {
        case .talk, .cough, .stop, .say: true
        case .mute, .listen, .timer, .press: false
        }
    }
}
