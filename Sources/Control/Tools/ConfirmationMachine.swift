internal import ModelTypes
internal import WireCodec

/// Asks the user before a dangerous call, without the model; sans I/O, times in nanoseconds.
///
/// One question at a time, so that a press or a phrase cannot mean two things.
///
/// | State    | Event                               | Next    | What is done                      |
/// |----------|-------------------------------------|---------|-----------------------------------|
/// | free     | asked, by button                    | pressing | the user is asked, the call waits |
/// | free     | asked, by words                     | hearing | the model is asked to ask the user |
/// | pressing | a press, after the user could react | free    | granted; the press is consumed    |
/// | pressing | time over, stop, taken back         | free    | refused                           |
/// | hearing  | the right words in a turn of the user | heard | nothing yet: the model calls again |
/// | hearing  | the same call again                 | hearing | waits a little for the words      |
/// | hearing  | wrong PINs, time over, stop         | free    | refused                           |
/// | heard    | the same call again                 | free    | granted, once                     |
/// | heard    | time over                           | free    |                                   |
/// | any but free | asked about something else      | same    | that is refused                   |
/// | free     | asked again after a refusal, without words of the user since | free | refused   |
///
/// A press counts only if the button went down some time after the question, so that a press meant
/// for something else confirms nothing. Words count only if the service transcribed them in a turn
/// that the user opened after the question, and only if the loudspeaker had been silent since well
/// before that turn: so neither the model's own voice nor earlier words confirm. Words take two
/// calls, because with most models the user's voice cancels a call that is still open. Wrong PINs
/// count across all questions, see `PINLock`.
///
/// A user who did not answer, or who stopped the question, is not asked the same again before
/// opening a turn: a model that retries by itself would ask forever, and the user might press just
/// to end it.
package struct ConfirmationMachine: ~Copyable {
    private enum Phase {
        case free
        case pressing(Question)
        case hearing(Question, Hearing)
        case heard(Question)
    }

    private struct Question {
        var request: ConfirmationRequest
        var askedAt: Int64
        var until: Int64

        /// Whether the other call is for this function with these arguments.
        func isSame(_ other: ConfirmationRequest) -> Bool {
            request.tool == other.tool && request.arguments.isSame(as: other.arguments)
                && request.means == other.means
        }
    }

    private struct Hearing {
        /// The repeated call that waits for the words, and until when.
        var again: (id: String, until: Int64)?
        /// When the turn was opened whose words count; nil while there is none.
        var turnOpenedAt: Int64?
        var words = ""
        var isTurnSpent = false
    }

    /// How many refused questions are remembered; no usual model retries more at once.
    private static let refusedLimit = 8

    private let settings: ConfirmationSettings
    private var phase = Phase.free
    /// The questions that the user did not confirm, since the last turn.
    private var refused: [Question] = []
    private var turnOpenedAt: Int64 = .min
    /// The loudspeaker plays the device's voice; the time is that of the last change.
    private var isSpeaking = false
    private var silentSince: Int64 = .min / 2
    private var lock: PINLock
    /// The user may be saying the PIN now, so the words must not appear in any log.
    package private(set) var hidesWords = false
    private var actions: [ConfirmationAction] = []

    /// A machine without a question, with the stored state of wrong PINs.
    package init(settings: ConfirmationSettings, remembering memory: PINLockMemory, at time: Int64)
    {
        self.settings = settings
        lock = PINLock(settings, memory, at: time)
    }

    /// Whether the user is being asked.
    package var isAsking: Bool {
        switch phase {
        case .free, .heard: false
        case .pressing, .hearing: true
        }
    }

    /// When `deadlineReached` must be called.
    package var deadline: Int64? {
        let until: Int64? =
            switch phase {
            case .free: nil
            case .pressing(let question), .heard(let question): question.until
            case .hearing(let question, let hearing):
                min(question.until, hearing.again?.until ?? question.until)
            }
        return [until, lock.until].compactMap { $0 }.min()
    }

    // MARK: - Events

    /// A call needs a confirmation.
    package mutating func ask(
        _ request: ConfirmationRequest, at time: Int64
    ) -> [ConfirmationAction] {
        expire(at: time)
        switch phase {
        case .free where refused.contains(where: { $0.isSame(request) }):
            settle(request.id, .refused(ConfirmationWords.notAgain))
        case .free:
            begin(request, at: time)
        case .hearing(let question, var hearing) where question.isSame(request):
            if hearing.again != nil {
                settle(request.id, .refused(ConfirmationWords.twice))
            } else {
                hearing.again = (request.id, time + settings.patience)
                phase = .hearing(question, hearing)
            }
        case .heard(let question) where question.isSame(request):
            phase = .free
            settle(request.id, .granted)
        case .pressing, .hearing, .heard:
            settle(request.id, .refused(ConfirmationWords.busy))
        }
        return take()
    }

    /// A call that has a question was cancelled.
    package mutating func withdraw(_ id: String) -> [ConfirmationAction] {
        switch phase {
        case .pressing(let question) where question.request.id == id:
            end(question, .refused(ConfirmationWords.withdrawn))
        case .hearing(let question, var hearing) where hearing.again?.id == id:
            settle(id, .refused(ConfirmationWords.withdrawn))
            hearing.again = nil
            phase = .hearing(question, hearing)
        case .free, .pressing, .hearing, .heard: break
        }
        return take()
    }

    /// Whether a press at that time is an answer.
    package func awaitsPress(at time: Int64) -> Bool {
        guard case .pressing(let question) = phase else { return false }
        return time >= question.askedAt + settings.reaction && time < question.until
    }

    /// The button went down; returns whether that was an answer, and so must not open a turn.
    package mutating func pressed(at time: Int64) -> (isConsumed: Bool, [ConfirmationAction]) {
        expire(at: time)
        guard case .pressing(let question) = phase, time >= question.askedAt + settings.reaction
        else { return (false, take()) }
        end(question, .granted)
        return (true, take())
    }

    /// The user wants everything to stop.
    package mutating func stopped() -> [ConfirmationAction] {
        switch phase {
        case .free: break
        case .pressing(let question): refuse(question, ConfirmationWords.stopped)
        case .hearing(let question, let hearing):
            refuse(question, ConfirmationWords.stopped, again: hearing.again?.id)
        case .heard: phase = .free
        }
        return take()
    }

    /// The user opened a turn, by the button or by voice.
    package mutating func turnOpened(at time: Int64) -> [ConfirmationAction] {
        hidesWords = false
        turnOpenedAt = time
        refused = []
        guard case .hearing(let question, var hearing) = phase else { return [] }
        hidesWords = question.request.means == .pin
        hearing.words = ""
        hearing.isTurnSpent = false
        // The turn includes the pre-roll, which must be the user's voice, too.
        let isQuiet = !isSpeaking && silentSince <= time - settings.quiet
        let isLater = time > question.askedAt
        hearing.turnOpenedAt = isQuiet && isLater ? time : nil
        phase = .hearing(question, hearing)
        return take()
    }

    /// The connection is lost: the next transcript may be of earlier words.
    package mutating func sessionLost() { forgetTurn() }

    /// The device starts to speak: the microphone may hear its voice.
    package mutating func speakingBegan() {
        isSpeaking = true
        forgetTurn()
    }

    private mutating func forgetTurn() {
        guard case .hearing(let question, var hearing) = phase else { return }
        hearing.turnOpenedAt = nil
        phase = .hearing(question, hearing)
    }

    /// The loudspeaker is silent.
    package mutating func speakingEnded(at time: Int64) {
        if isSpeaking { silentSince = time }
        isSpeaking = false
    }

    /// The service transcribed some of the user's words.
    package mutating func heard(_ text: String, at time: Int64) -> [ConfirmationAction] {
        expire(at: time)
        guard case .hearing(let question, var hearing) = phase, hearing.turnOpenedAt != nil,
            !hearing.isTurnSpent
        else { return take() }
        hearing.words += text
        switch judge(hearing.words, question.request.means) {
        case .right:
            if question.request.means == .pin, lock.memory != PINLockMemory() {
                lock.right()
                actions.append(.keepPIN(lock.memory))
            }
            return grant(question, hearing, at: time)
        case .wrong:
            hearing.isTurnSpent = true
            let lockTime = lock.wrong(at: time)
            actions.append(.keepPIN(lock.memory))
            if let lockTime {
                actions.append(.reportPIN(lockedFor: lockTime))
                end(question, .refused(ConfirmationWords.wrong), again: hearing.again?.id)
                return take()
            }
        case .open: break
        }
        phase = .hearing(question, hearing)
        return take()
    }

    /// Time has passed.
    package mutating func deadlineReached(at time: Int64) -> [ConfirmationAction] {
        expire(at: time)
        return take()
    }

    // MARK: - Details

    private enum Verdict { case right, wrong, open }

    private func judge(_ words: String, _ means: ToolConfirmation) -> Verdict {
        switch means {
        case .button: return .open
        case .phrase(let phrase): return SpokenWords.contains(words, phrase) ? .right : .open
        case .pin:
            let digits = SpokenWords.digits(in: words)
            if digits == settings.pin { return .right }
            return digits.count >= settings.pin.count ? .wrong : .open
        }
    }

    private mutating func begin(_ request: ConfirmationRequest, at time: Int64) {
        let question = Question(
            request: request, askedAt: time, until: time + settings.window)
        switch request.means {
        case .button:
            phase = .pressing(question)
        case .phrase:
            phase = .hearing(question, Hearing())
            settle(request.id, .refused(ConfirmationWords.sayPhrase))
        case .pin:
            guard settings.pin.count >= ConfirmationSettings.shortestPIN else {
                return settle(request.id, .refused(ConfirmationWords.noPIN))
            }
            guard lock.isOpen(at: time) else {
                return settle(request.id, .refused(ConfirmationWords.locked))
            }
            phase = .hearing(question, Hearing())
            settle(request.id, .refused(ConfirmationWords.sayPIN))
        }
        actions.append(.ask(request))
    }

    private mutating func grant(
        _ question: Question, _ hearing: Hearing, at time: Int64
    ) -> [ConfirmationAction] {
        if let again = hearing.again {
            end(question, .granted, again: again.id)
        } else {
            var heard = question
            heard.until = time + settings.window
            phase = .heard(heard)
            actions.append(.asked)
        }
        return take()
    }

    /// Ends a question; `again` is the repeated call that waits for it after the first was
    /// answered.
    private mutating func end(
        _ question: Question, _ decision: ConfirmationDecision, again: String? = nil
    ) {
        phase = .free
        if case .button = question.request.means {
            settle(question.request.id, decision)
        } else if let again {
            settle(again, decision)
        }
        actions.append(.asked)
    }

    /// Ends a question that the user stopped, or did not answer in time.
    private mutating func refuse(_ question: Question, _ words: String, again: String? = nil) {
        // A user who has spoken since the question may have asked for it after all.
        if turnOpenedAt <= question.askedAt {
            refused.append(question)
            if refused.count > Self.refusedLimit { refused.removeFirst() }
        }
        end(question, .refused(words), again: again)
    }

    private mutating func expire(at time: Int64) {
        if lock.until != nil, lock.isOpen(at: time) {
            actions += [.keepPIN(lock.memory), .reportPIN(lockedFor: nil)]
        }
        switch phase {
        case .free: break
        case .pressing(let question):
            if time >= question.until { refuse(question, ConfirmationWords.notPressed) }
        case .heard(let question):
            if time >= question.until { phase = .free }
        case .hearing(let question, var hearing):
            if time >= question.until {
                refuse(question, ConfirmationWords.notSaid, again: hearing.again?.id)
            } else if let again = hearing.again, time >= again.until {
                settle(again.id, .refused(ConfirmationWords.notYet))
                hearing.again = nil
                phase = .hearing(question, hearing)
            }
        }
    }

    private mutating func settle(_ id: String, _ decision: ConfirmationDecision) {
        actions.append(.settle(id, decision))
    }

    private mutating func take() -> [ConfirmationAction] {
        defer { actions = [] }
        return actions
    }
}
