internal import VoiceSession

/// Decides which answer incoming content belongs to; nothing else decides that.
///
/// The service does not name turns. Two answers are separated only by its marks: `interrupted` or
/// `generationComplete`, then `turnComplete`, which may be missing after an interrupted answer
/// (live-protocol.md section 5.1). Words that await an answer wait in a queue, oldest first, and
/// each mark removes one answer from it.
///
/// The wire leaves two things unknown. When several words await an answer, it does not say which of
/// them incoming content answers: the content is taken for the newest, because the others were
/// interrupted and the user would otherwise hear nothing; but only the oldest count as answered,
/// because the user would otherwise lose words. And where the service detects the turns, it does
/// not say which words it took for one, so only the newest await an answer there.
struct Answers {
    /// At most this many words await their answers; beyond it the oldest are given up.
    static let awaitedLimit = 16

    /// Words whose end was sent, and to which no part of an answer has come.
    struct Awaited {
        enum Kind {
            /// An answer is due.
            case due
            /// An answer may come; its absence says nothing about the session.
            case doubtful
            /// As `doubtful`, and nothing has come for a long time.
            case expired
            /// An answer came that may have covered these words, too.
            case supposed
        }

        /// The number of the words in the log.
        var words: AnswerNumber
        /// The number of the content that comes as their answer.
        var number: AnswerNumber
        var kind: Kind
    }

    /// The part of an answer that has come so far.
    struct Coming {
        let number: AnswerNumber
        let since: Int64
        /// The words that it answers: these and all before.
        var settles: AnswerNumber
        /// At 24 kHz.
        var samples: Int64 = 0
        var isAudible = false
        /// It consists only of calls that were made before; possibly nothing waits for their
        /// answers, and nothing more of it is certain to come.
        var isRepetition = false
        /// Newer words were sent during it, which will interrupt it.
        var isOld = false
        /// It may answer older words than those it is taken for.
        var isAmbiguous = false
        /// Its last part was a call.
        var hasCalled = false
        /// All of it has come.
        var isGenerated = false
        /// Only the mark that its turn is over is still due.
        var isCompletionDue = false
    }

    /// Words have begun and have not ended.
    private(set) var isWithinWords = false
    private(set) var awaited: [Awaited] = []
    var coming: Coming?
    /// The service detects the turns.
    private let isAutomatic: Bool
    /// The number that was assigned last.
    private(set) var last = AnswerNumber.none
    /// The answer that ended last.
    private var ended = AnswerNumber.none
    /// An answer that was cut or given up, whose end may still be reported.
    private var owed: AnswerNumber?
    /// Its end was reported already.
    private var isOwedReported = false
    /// The answer that the service has promised to words that it detected.
    private var promised: AnswerNumber?
    /// An interruption cut nothing; the next end of a turn belongs to it.
    private var isNothingCut = false

    init(isAutomatic: Bool) { self.isAutomatic = isAutomatic }

    /// Whether an answer is due to words, and nothing of it has come.
    var isDue: Bool { awaited.contains { $0.kind == .due } }

    /// Whether words await no answer because one came that may have been theirs.
    var isSupposed: Bool { awaited.contains { $0.kind == .supposed } }

    /// The answer that is coming, else the one that is awaited, else the one that ended last.
    var current: AnswerNumber { coming?.number ?? awaited.last?.number ?? ended }

    /// Whether the answer that is coming is the one to the words that were sent last.
    var isOfNow: Bool { coming.map { !$0.isOld } ?? false }

    /// Whether all of it has come, and only the mark that its turn is over is due.
    var isCompletionDue: Bool { coming.map { !$0.isOld && $0.isCompletionDue } ?? false }

    /// The next number; each is assigned once.
    mutating func give() -> AnswerNumber {
        last = last.next
        return last
    }

    // MARK: - What is sent

    /// The first of new words is sent, possibly during an answer.
    mutating func wordsBegan() {
        isWithinWords = true
        if coming != nil {
            turnOld()
        } else if isAutomatic {
            // What comes may already answer these words, so it is not part of the awaited answer.
            renumberNewest()
        }
    }

    /// The end of words is sent: `words` is the number that was assigned to their answer.
    ///
    /// `isWithinWords`: they lie within other words, which continue.
    mutating func wordsEnded(_ words: AnswerNumber, isDoubtful: Bool, isWithinWords: Bool) {
        self.isWithinWords = isWithinWords
        promised = nil
        // Within words, a call's answer is part of the answer that it led to.
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

    /// What comes of this answer from now on belongs to an older one.
    private mutating func turnOld() {
        guard var old = coming, !old.isOld, !old.isRepetition else { return }
        guard old.hasCalled else {
            old.isOld = true
            coming = old
            return
        }
        // New words are answered at once beside a call that the model does not wait for.
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

    /// A part of an answer came, calls or more; returns the number up to which words are answered.
    mutating func contentCame(isCall: Bool, at now: Int64) -> AnswerNumber {
        if let came = coming, !came.isRepetition, !(came.isOld && came.isGenerated) {
            coming?.hasCalled = false
            coming?.isGenerated = false
            coming?.isCompletionDue = false
            if isAutomatic, !came.isOld, !isWithinWords, let newest = awaited.last {
                // Content after the end of the words is their answer.
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
            // A call is not audible, so nothing is gained by taking it for an answer to the newest
            // words.
            awaited.removeFirst()
            return Coming(
                number: oldest.number, since: now, settles: oldest.words, isOld: true)
        }
        return Coming(
            number: newest.number, since: now, settles: oldest.words,
            isOld: !isAutomatic && isWithinWords, isAmbiguous: true)
    }

    /// Notes the sound that came with it; returns whether any of the answer is audible.
    mutating func note(samples: Int, isAudible: Bool) -> Bool {
        guard var came = coming else { return isAudible }
        came.samples = came.samples.adding(Int64(samples))
        came.isAudible = came.isAudible || isAudible
        coming = came
        return came.isAudible
    }

    /// The last part was a call.
    mutating func called() {
        guard let came = coming else { return }
        if came.isOld {
            // What is said before a call has no end mark of its own, so the call is its end.
            end(came)
        } else {
            coming?.hasCalled = true
        }
    }

    /// Only calls came that were made before; returns their number.
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
            if came.isAmbiguous {
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

    /// What came under the number of the newest words was not their answer, so they get another
    /// number, also in the log, from which they may be sent again.
    private mutating func renumberUsed(
        _ number: AnswerNumber
    ) -> (words: AnswerNumber, number: AnswerNumber)? {
        guard awaited.last?.number == number, let renumbered = renumberNewest() else { return nil }
        awaited[awaited.count - 1].words = renumbered.number
        return renumbered
    }

    /// The oldest words are answered; there are none if they were given up meanwhile.
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
        /// The part of it that had come; nil if none had, or if it belonged to an older answer.
        var answer: Coming?
        /// Words are left without an answer.
        var isUnanswered = false
        /// It was the end of an answer that was interrupted before.
        var isOld = false
        /// It was already taken to be over.
        var isReported = false
        /// Words whose answer has another number now.
        var renumbered: (words: AnswerNumber, number: AnswerNumber)?
    }

    /// A turn is over although the service has not said so; it may say so later.
    mutating func completedWithoutMark() -> Completion {
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
        if came.isAmbiguous {
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

    // MARK: - Missing answers

    /// Nothing more is awaited of the turn; if its end comes after all, it does not end another
    /// turn.
    mutating func giveUp() -> AnswerNumber {
        let number = current
        coming = nil
        awaited = []
        ended = number
        owed = number
        isOwedReported = true
        return number
    }

    /// No answer came to words that were not certain to get one; returns those that count as
    /// answered.
    mutating func expire() -> AnswerNumber? {
        let answered = awaited.last { $0.kind == .supposed }?.words
        awaited.removeAll { $0.kind == .supposed }
        for index in awaited.indices where awaited[index].kind == .doubtful {
            awaited[index].kind = .expired
        }
        return answered
    }

    /// The connection is lost: nothing more comes on it, and all words that are kept are sent
    /// again.
    mutating func connectionLost() {
        let number = current
        let last = last
        self = Answers(isAutomatic: isAutomatic)
        self.last = last
        ended = number
    }
}
