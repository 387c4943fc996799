internal import VoiceSession

/// Whose answer it is that comes: the one place where that is decided.
///
/// The service names no turns. What separates two answers are its marks: `interrupted` or
/// `generationComplete`, then `turnComplete`, of which an interrupted answer may lack the last
/// (live-protocol.md section 5.1). Words that await an answer stand in a queue, the oldest first,
/// and each mark takes one answer from it.
///
/// Two things the wire leaves unknown. Of what comes while several words await an answer it does
/// not say which of them it is for: it is taken for the newest, because the others were interrupted
/// and the user would else hear nothing; but only the oldest count as answered, because the user
/// would else lose words. And where the service finds the turns it does not say which words it took
/// for one, so that only the newest await an answer there.
struct Answers {
    /// More words than these do not await their answers; the oldest of them are given up.
    static let awaitedLimit = 16

    /// Words whose end was sent, and of whose answer nothing has come.
    struct Awaited {
        enum Kind {
            /// An answer is due.
            case due
            /// One may come, and that none comes says nothing about the session.
            case doubtful
            /// The same, and nothing has come of it in a long time.
            case expired
            /// An answer came that may have been to these words, too.
            case supposed
        }

        /// The number under which the log has the words.
        var words: AnswerNumber
        /// The number of what comes as their answer.
        var number: AnswerNumber
        var kind: Kind
    }

    /// What has come of the answer that is coming.
    struct Coming {
        let number: AnswerNumber
        let since: Int64
        /// The words that are answered by it: these and all before.
        var settles: AnswerNumber
        /// At 24 kHz.
        var samples: Int64 = 0
        var isAudible = false
        /// Nothing but calls that were made before; nobody may be waiting for their answers, and
        /// nothing more of it is certain to come.
        var isRepetition = false
        /// Newer words were sent into it, which will interrupt it.
        var isOld = false
        /// It may be to older words than those for which it is taken.
        var isOfUnknown = false
        /// A call came last of it.
        var hasCalled = false
        /// All of it has come.
        var isGenerated = false
        /// And nothing else of its turn is due but the word that it is over.
        var isCompletionDue = false
    }

    /// Words that begin are not at their end.
    private(set) var isWithinWords = false
    private(set) var awaited: [Awaited] = []
    var coming: Coming?
    /// The service finds the turns.
    private let isAutomatic: Bool
    /// The number that was given out last.
    private(set) var last = AnswerNumber.none
    /// The answer that ended last.
    private var ended = AnswerNumber.none
    /// An answer that was cut or given up, of which the end may still be reported.
    private var owed: AnswerNumber?
    /// That it is over was told already.
    private var isOwedReported = false
    /// What is due by the service's own word, to words that it has found.
    private var promised: AnswerNumber?
    /// Nothing was interrupted; what is over next is of that nothing.
    private var isNothingCut = false

    init(isAutomatic: Bool) { self.isAutomatic = isAutomatic }

    /// Whether an answer is due of which nothing has come.
    var isDue: Bool { awaited.contains { $0.kind == .due } }

    /// Whether words await no answer because one came that may have been theirs.
    var isSupposed: Bool { awaited.contains { $0.kind == .supposed } }

    /// What comes now, or is awaited, or was over last.
    var current: AnswerNumber { coming?.number ?? awaited.last?.number ?? ended }

    /// Whether the answer that is coming is the one to the words that were sent last.
    var isOfNow: Bool { coming.map { !$0.isOld } ?? false }

    /// Whether all of it has come, and only the word that its turn is over is due.
    var isCompletionDue: Bool { coming.map { !$0.isOld && $0.isCompletionDue } ?? false }

    /// The next number; each is given out once.
    mutating func give() -> AnswerNumber {
        last = last.next
        return last
    }

    // MARK: - What is sent

    /// The first of new words is sent, perhaps into an answer.
    mutating func wordsBegan() {
        isWithinWords = true
        if coming != nil {
            turnOld()
        } else if isAutomatic {
            // What comes may be to these words already, so it is no part of what was awaited.
            renumberNewest()
        }
    }

    /// The end of words is sent: `words` is the number that was given out for their answer.
    ///
    /// `isWithinWords`: they stand within others, which go on.
    mutating func wordsEnded(_ words: AnswerNumber, isDoubtful: Bool, isWithinWords: Bool) {
        self.isWithinWords = isWithinWords
        promised = nil
        // In words a call's answer is part of what it made the model say.
        if let came = coming, came.isRepetition || came.number == words { coming = nil }
        let new = Awaited(words: words, number: words, kind: isDoubtful ? .doubtful : .due)
        if isAutomatic {
            awaited = [new]
        } else {
            if coming != nil { turnOld() }
            awaited.removeAll { $0.kind == .expired }
            if awaited.count >= Self.awaitedLimit { awaited.removeFirst() }
            awaited.append(new)
        }
    }

    /// What comes of this answer now is of an older one.
    private mutating func turnOld() {
        guard var old = coming, !old.isOld, !old.isRepetition else { return }
        guard old.hasCalled else {
            old.isOld = true
            coming = old
            return
        }
        // Beside a call that the model does not wait for, new words are answered at once.
        end(old)
    }

    /// Gives the newest words another number for their answer; returns it, nil where none await one.
    @discardableResult
    private mutating func renumberNewest() -> (words: AnswerNumber, number: AnswerNumber)? {
        guard let newest = awaited.indices.last else { return nil }
        let words = awaited[newest].words
        awaited[newest].number = give()
        return (words, awaited[newest].number)
    }

    // MARK: - What comes

    /// Something of an answer came, calls or more; returns the number up to which words are answered.
    mutating func contentCame(isCall: Bool, at now: Int64) -> AnswerNumber {
        if let came = coming, !came.isRepetition, !(came.isOld && came.isGenerated) {
            coming?.hasCalled = false
            coming?.isGenerated = false
            coming?.isCompletionDue = false
            if isAutomatic, !came.isOld, !isWithinWords, let newest = awaited.last {
                // What goes on behind the end of words is their answer.
                awaited = []
                coming?.settles = newest.words
            }
            return coming?.settles ?? came.settles
        }
        let begun = begin(isCall: isCall, at: now)
        coming = begun
        return begun.settles
    }

    private mutating func begin(isCall: Bool, at now: Int64) -> Coming {
        owed = nil
        isNothingCut = false
        defer { promised = nil }
        guard let newest = awaited.last, let oldest = awaited.first else {
            let number = promised ?? give()
            return Coming(
                number: number, since: now, settles: number, isOld: !isAutomatic && isWithinWords)
        }
        if awaited.count == 1 {
            awaited = []
            return Coming(
                number: newest.number, since: now, settles: newest.words,
                isOld: !isAutomatic && isWithinWords)
        }
        if isCall {
            // Nobody hears a call, so there is nothing to be gained by taking it for the newest's.
            awaited.removeFirst()
            return Coming(
                number: oldest.number, since: now, settles: oldest.words, isOld: true)
        }
        return Coming(
            number: newest.number, since: now, settles: oldest.words,
            isOld: !isAutomatic && isWithinWords, isOfUnknown: true)
    }

    /// Takes note of sound that came with it; returns whether any of the answer can be heard.
    mutating func note(samples: Int, isAudible: Bool) -> Bool {
        guard var came = coming else { return isAudible }
        came.samples = came.samples.adding(Int64(samples))
        came.isAudible = came.isAudible || isAudible
        coming = came
        return came.isAudible
    }

    /// A call came last.
    mutating func called() {
        guard let came = coming else { return }
        if came.isOld {
            // What is said before a call has no mark of its own at its end, so the call is it.
            end(came)
        } else {
            coming?.hasCalled = true
        }
    }

    /// Calls came that were made before, and nothing else; returns their number.
    mutating func repetitionCame(at now: Int64, isAwaited: Bool) -> AnswerNumber {
        guard !isAwaited else { return current }
        promised = nil
        let number = give()
        coming = Coming(
            number: number, since: now, settles: .none, isAudible: true, isRepetition: true)
        return number
    }

    /// All of an answer has come; returns its number.
    mutating func generated() -> AnswerNumber {
        coming?.isGenerated = true
        coming?.isCompletionDue = true
        return current
    }

    /// What an interruption means.
    struct Interruption {
        /// The answer that was cut.
        var number: AnswerNumber
        /// The answer that is due in its place.
        var next: AnswerNumber?
        /// Words whose answer has another number now.
        var renumbered: (words: AnswerNumber, number: AnswerNumber)?
    }

    /// Words have cut an answer.
    mutating func interrupted() -> Interruption {
        var cut = Interruption(number: owed ?? ended)
        if let came = coming {
            end(came)
            cut.number = came.number
            if came.isOfUnknown {
                dropOldest()
                cut.renumbered = renumberUsed(came.number)
            }
        } else if awaited.count > 1 || !isAutomatic && isWithinWords && !awaited.isEmpty {
            // Cut before anything of it came.
            let first = awaited.removeFirst()
            owed = first.number
            isOwedReported = false
            ended = first.number
            cut.number = first.number
        } else if owed == nil, !awaited.isEmpty {
            isNothingCut = true
        }
        if isAutomatic, awaited.isEmpty { promised = promised ?? give() }
        cut.next = awaited.last { $0.kind == .due }?.number ?? promised
        return cut
    }

    /// What came under the number of the newest words was not their answer, so it gets another, also
    /// in the log, from which they may be said again.
    private mutating func renumberUsed(
        _ number: AnswerNumber
    ) -> (words: AnswerNumber, number: AnswerNumber)? {
        guard awaited.last?.number == number, let renumbered = renumberNewest() else { return nil }
        awaited[awaited.count - 1].words = renumbered.number
        return renumbered
    }

    /// The oldest words are answered; there are none where they were given up meanwhile.
    private mutating func dropOldest() {
        if !awaited.isEmpty { awaited.removeFirst() }
    }

    private mutating func end(_ came: Coming) {
        coming = nil
        owed = came.number
        isOwedReported = false
        ended = came.number
    }

    /// What the end of a turn means.
    struct Completion {
        /// The answer that is over.
        var number: AnswerNumber
        /// What had come of it; nil where nothing had, or where it was an older one's.
        var answer: Coming?
        /// Words have got no answer by it.
        var isUnanswered = false
        /// It was the end of what was interrupted before.
        var isOld = false
        /// It was taken for over before.
        var isReported = false
        /// Words whose answer has another number now.
        var renumbered: (words: AnswerNumber, number: AnswerNumber)?
    }

    /// A turn is over, though the service has not said so; it may do so later.
    mutating func completedUnsaid() -> Completion {
        let over = completed()
        owed = over.number
        isOwedReported = true
        return over
    }

    /// A turn is over.
    mutating func completed() -> Completion {
        if let came = coming {
            coming = nil
            ended = came.number
            return completed(came)
        }
        if let owed {
            self.owed = nil
            return Completion(number: owed, isOld: true, isReported: isOwedReported)
        }
        guard let first = awaited.first else {
            promised = nil
            return Completion(number: ended)
        }
        awaited.removeFirst()
        promised = nil
        let isUnanswered = first.kind == .due && awaited.isEmpty
        guard !isNothingCut else {
            isNothingCut = false
            return Completion(number: ended, isUnanswered: isUnanswered)
        }
        ended = first.number
        return Completion(number: first.number, isUnanswered: isUnanswered)
    }

    private mutating func completed(_ came: Coming) -> Completion {
        var over = Completion(number: came.number, answer: came.isOld ? nil : came)
        over.isOld = came.isOld
        if came.isOfUnknown {
            dropOldest()
            // The service may have taken all these words for one turn.
            for index in awaited.indices where awaited[index].kind == .due {
                awaited[index].kind = .supposed
            }
            over.renumbered = renumberUsed(came.number)
        } else if isAutomatic, !came.isOld, !awaited.isEmpty {
            over.number = awaited.last?.number ?? came.number
            awaited = []
        }
        return over
    }

    // MARK: - What does not come

    /// Nothing more is awaited of the turn; if its end comes after all, it is not that of another.
    mutating func giveUp() -> AnswerNumber {
        let number = current
        coming = nil
        awaited = []
        ended = number
        owed = number
        isOwedReported = true
        return number
    }

    /// Nothing came to words whose answer was not certain; returns those that count as answered.
    mutating func expire() -> AnswerNumber? {
        let answered = awaited.last { $0.kind == .supposed }?.words
        awaited.removeAll { $0.kind == .supposed }
        for index in awaited.indices where awaited[index].kind == .doubtful {
            awaited[index].kind = .expired
        }
        return answered
    }

    /// The connection is gone: nothing more comes on it, and all words that are kept are sent again.
    mutating func connectionLost() {
        let number = current
        let last = last
        self = Answers(isAutomatic: isAutomatic)
        self.last = last
        ended = number
    }
}
