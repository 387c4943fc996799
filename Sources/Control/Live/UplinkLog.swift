internal import ModelTypes
internal import VoiceSession

/// The items that were said to the service, until it has shown that it has them.
///
/// Items wait here while there is no session, and stay after sending, so that after a lost
/// connection they are sent again from the start of their turn. Sound is bounded by time; answers
/// to calls have their own queue and go first.
struct UplinkLog {
    /// Answers that may wait for a session.
    static let responseLimit = 64
    /// Marks and texts that may wait; a conversation never needs more.
    static let itemLimit = 8192
    /// Removed entries are erased once there are this many.
    private static let goneLimit = 1024

    private struct Entry {
        var item: UplinkItem
        /// The message's number on this connection, once it was sent; the setup is 0.
        var number: Int64?
        /// The answer that is due if words end here; nil where none end.
        var answer: AnswerNumber?
        /// These words may get no answer.
        var isDoubtful = false
    }

    /// An item to send, and the answer that is due to it.
    struct Outgoing {
        var item: UplinkItem
        var answer: AnswerNumber?
        var isDoubtful = false
    }

    private let audioLimitSamples: Int
    /// Oldest first; those before `start` were removed, and are erased together now and then.
    private var entries: [Entry] = []
    private var start = 0
    /// How many were sent, removed ones included.
    private var sentCount = 0
    /// How many after `start` the newest handle holds; a session without that handle needs them.
    private var heldCount = 0
    /// How many after `start` have been answered.
    private var answeredCount = 0
    private var audioSamples = 0
    private var responses: [Outgoing] = []
    private var nextNumber: Int64 = 1

    init(replaySeconds: Int) {
        audioLimitSamples = replaySeconds * SessionRates.live.input
    }

    var hasUnsent: Bool { sentCount < entries.count || !responses.isEmpty }

    /// Whether the end of words waits to be sent.
    var hasUnsentEnd: Bool { entries[sentCount...].contains { $0.item.endsWords } }

    /// Whether an end of words was sent that the service has not confirmed.
    var holdsSentWords: Bool {
        entries[(start + heldCount)..<sentCount].contains { $0.item.endsWords }
    }

    /// Whether the service has the beginning of words and not their end.
    ///
    /// Recorded when sending, not read from the entries: a text, a picture or an update within an
    /// activity does not end it, and entries may have been answered or removed.
    private(set) var isWithinSentWords = false

    /// Whether the last activity was begun and not ended.
    private(set) var isActivityOpen = false

    /// Adds an item, with the number of the answer that is due if it ends words; returns false when
    /// an unsent item had to be dropped.
    mutating func append(
        _ item: UplinkItem, answer: AnswerNumber? = nil, isDoubtful: Bool = false
    ) -> Bool {
        switch item {
        case .toolResponses:
            responses.append(Outgoing(item: item))
            guard responses.count > Self.responseLimit else { return true }
            responses.removeFirst()
            return false
        case .audio(let samples): audioSamples += samples.count
        case .activityStart: isActivityOpen = true
        case .activityEnd: isActivityOpen = false
        case .audioStreamEnd, .text, .content, .video, .contextUpdate: break
        }
        entries.append(Entry(item: item, answer: answer, isDoubtful: isDoubtful))
        return makeRoom()
    }

    /// Has an item sent before all others, on this connection only.
    mutating func putFirst(_ item: UplinkItem, answer: AnswerNumber) {
        responses.append(Outgoing(item: item, answer: answer))
    }

    /// Renumbers the answer that is due to words, because what came under that number was not it.
    mutating func renumber(_ words: AnswerNumber, _ answer: AnswerNumber) {
        for index in entries.indices where entries[index].answer == words {
            entries[index].answer = answer
        }
    }

    private mutating func makeRoom() -> Bool {
        var lostUnsent = false
        while audioSamples > audioLimitSamples || entries.count - start > Self.itemLimit {
            // Removing a single mark would leave its counterpart unmatched.
            let index =
                entries[start...].firstIndex { $0.item.isAudio }
                ?? entries[start...].firstIndex { $0.item.opensWords == nil } ?? start
            if index >= sentCount { lostUnsent = true }
            guard index > start else {
                // The usual case, for every chunk of an open microphone: nothing is moved.
                drop(1)
                continue
            }
            remove(at: index)
            removeMarks(around: index)
        }
        return !lostUnsent
    }

    /// Removes the marks of an activity that has no sound left.
    ///
    /// The service would close the connection for them. Other items within it stay.
    private mutating func removeMarks(around index: Int) {
        guard let begin = entries[start..<index].lastIndex(where: { $0.item.opensWords != nil }),
            let end = entries[index...].firstIndex(where: { $0.item.opensWords != nil }),
            entries[begin].item == .activityStart, entries[end].item == .activityEnd
        else { return }
        // A session that has the start needs the end, or would take everything that follows for
        // words.
        guard ![sentCount, start + heldCount].contains(where: { begin < $0 && $0 <= end })
        else { return }
        remove(at: end)
        remove(at: begin)
    }

    private mutating func remove(at index: Int) {
        if case .audio(let samples) = entries.remove(at: index).item {
            audioSamples -= samples.count
        }
        if index < sentCount { sentCount -= 1 }
        if index < start + heldCount { heldCount -= 1 }
        if index < start + answeredCount { answeredCount -= 1 }
    }

    /// A message was sent that is not kept here; it has a number, too.
    mutating func skipNumber() { nextNumber += 1 }

    /// The next item to send, which then counts as sent.
    mutating func nextUnsent() -> Outgoing? {
        defer { nextNumber += 1 }
        if !responses.isEmpty { return responses.removeFirst() }
        guard sentCount < entries.count else {
            nextNumber -= 1
            return nil
        }
        defer { sentCount += 1 }
        entries[sentCount].number = nextNumber
        let entry = entries[sentCount]
        isWithinSentWords = entry.item.opensWords ?? isWithinSentWords
        return Outgoing(item: entry.item, answer: entry.answer, isDoubtful: entry.isDoubtful)
    }

    /// The connection is lost: all items that are kept must be sent again.
    ///
    /// Answers to calls are not: their calls belong to the connection.
    mutating func rewind() {
        responses = []
        sentCount = start + heldCount
        // Items that the handle holds are not sent again, so a session with it may be within words.
        isWithinSentWords =
            entries[start..<sentCount].lazy.reversed().compactMap(\.item.opensWords).first ?? false
        nextNumber = 1
        for index in entries.indices.dropFirst(start) {
            entries[index].number = index < sentCount ? 0 : nil
        }
    }

    /// The words up to this number are answered, so they need not be kept.
    mutating func settle(through answer: AnswerNumber) {
        noteAnswer(through: answer)
        drop(answeredCount)
    }

    /// The same where the service reports how much its handles hold: only that part may be dropped.
    mutating func settleHeld(through answer: AnswerNumber) {
        noteAnswer(through: answer)
        if heldCount >= answeredCount { drop(answeredCount) }
    }

    private mutating func noteAnswer(through answer: AnswerNumber) {
        let end = entries[start..<sentCount].lastIndex { entry in
            entry.answer.map { $0 <= answer } ?? false
        }
        guard let end else { return }
        guard let begin = beginning(of: end) else {
            answeredCount = end + 1 - start
            return
        }
        // A text within words is answered, the words are not: they are kept, without the text.
        for index in (begin...end).reversed() where entries[index].item.endsWords {
            remove(at: index)
        }
        answeredCount = begin - start
    }

    /// The beginning of the activity that is open at an index; nil when none is.
    private func beginning(of index: Int) -> Int? {
        let mark = entries[start...index].lastIndex {
            $0.item == .activityStart || $0.item == .activityEnd
        }
        return mark.flatMap { entries[$0].item == .activityStart ? $0 : nil }
    }

    /// The service has reported that its handle holds all messages up to a number.
    mutating func hold(upTo number: Int64) {
        heldCount = entries[start..<sentCount].prefix { ($0.number ?? .max) <= number }.count
        if heldCount >= answeredCount { drop(answeredCount) }
    }

    /// There is no handle any more: answered items are dropped, and nothing is held.
    mutating func forgetHeld() {
        drop(answeredCount)
        heldCount = 0
    }

    /// The resumed session is older than the answers to the items that are kept.
    mutating func forgetAnswers() { answeredCount = 0 }

    /// Discards everything; the activity counts as never begun.
    mutating func discard() {
        entries = []
        responses = []
        start = 0
        sentCount = 0
        heldCount = 0
        answeredCount = 0
        audioSamples = 0
        isActivityOpen = false
    }

    /// Removes the oldest `count`.
    private mutating func drop(_ count: Int) {
        for index in start..<(start + count) {
            guard case .audio(let samples) = entries[index].item else { continue }
            audioSamples -= samples.count
            // Its entry stays until many are erased together, its sound is freed now.
            entries[index].item = .audio([])
        }
        start += count
        sentCount = max(sentCount, start)
        heldCount = max(0, heldCount - count)
        answeredCount = max(0, answeredCount - count)
        guard start == entries.count || start >= Self.goneLimit else { return }
        entries.removeFirst(start)
        sentCount -= start
        start = 0
    }
}
