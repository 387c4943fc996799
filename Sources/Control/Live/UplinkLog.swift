internal import ModelTypes

/// What was said to the service, until the service has shown that it has it.
///
/// Items wait here while there is no session, and stay after sending, so that a lost connection
/// repeats them from the start of their turn. Sound is bounded by time; answers to calls have room
/// of their own and go first.
struct UplinkLog {
    /// Answers that may wait for a session.
    static let responseLimit = 64
    /// Marks and texts that may wait; more is not a conversation.
    static let itemLimit = 8192
    /// So many that are gone are worth a removal.
    private static let goneLimit = 1024

    private struct Entry {
        let item: UplinkItem
        /// The message's number on this connection, once it is sent; the setup is 0.
        var number: Int64?
    }

    private let audioLimitSamples: Int
    /// The oldest first; those before `start` are gone, and removed together now and then.
    private var entries: [Entry] = []
    private var start = 0
    /// How many are sent, those that are gone counted.
    private var sentCount = 0
    private var audioSamples = 0
    /// The first of the words that were sent into an answer.
    private var newWords = 0
    private var responses: [UplinkItem] = []
    private var nextNumber: Int64 = 1

    init(replaySeconds: Int) {
        audioLimitSamples = replaySeconds * UplinkItem.sampleRate
    }

    var hasUnsent: Bool { sentCount < entries.count || !responses.isEmpty }

    /// Whether the last activity is begun and not ended.
    private(set) var isActivityOpen = false

    /// Adds an item; returns false when something that was never sent had to make room.
    mutating func append(_ item: UplinkItem) -> Bool {
        switch item {
        case .toolResponses:
            responses.append(item)
            guard responses.count > Self.responseLimit else { return true }
            responses.removeFirst()
            return false
        case .audio(let samples): audioSamples += samples.count
        case .activityStart: isActivityOpen = true
        case .activityEnd: isActivityOpen = false
        case .audioStreamEnd, .text, .content, .video, .contextUpdate: break
        }
        entries.append(Entry(item: item))
        return makeRoom()
    }

    /// Puts an item before everything that is not sent yet.
    mutating func prepend(_ item: UplinkItem) {
        entries.insert(Entry(item: item), at: sentCount)
    }

    private mutating func makeRoom() -> Bool {
        var lostUnsent = false
        while audioSamples > audioLimitSamples || entries.count - start > Self.itemLimit {
            let index = entries[start...].firstIndex { $0.item.isAudio } ?? start
            if index >= sentCount { lostUnsent = true }
            remove(at: index)
            // The service closes the connection for marks around nothing.
            guard index > start, entries[index - 1].item == .activityStart, index < entries.count,
                entries[index].item == .activityEnd
            else { continue }
            remove(at: index)
            remove(at: index - 1)
        }
        return !lostUnsent
    }

    private mutating func remove(at index: Int) {
        if case .audio(let samples) = entries.remove(at: index).item {
            audioSamples -= samples.count
        }
        if index < sentCount { sentCount -= 1 }
        if index < newWords { newWords -= 1 }
    }

    /// A message went out that is not kept here; it has a number, too.
    mutating func skipNumber() { nextNumber += 1 }

    /// The next item to be sent, which then counts as sent.
    mutating func nextUnsent() -> UplinkItem? {
        defer { nextNumber += 1 }
        if !responses.isEmpty { return responses.removeFirst() }
        guard sentCount < entries.count else {
            nextNumber -= 1
            return nil
        }
        defer { sentCount += 1 }
        entries[sentCount].number = nextNumber
        return entries[sentCount].item
    }

    /// The connection is lost: everything kept is to be sent again.
    ///
    /// Answers to calls are not: their calls belong to the connection.
    mutating func rewind() {
        responses = []
        sentCount = start
        nextNumber = 1
    }

    /// The service answers, so what was sent up to the last end of words need not be kept.
    ///
    /// Words that are not at their end are not what it answers: they may have interrupted it.
    mutating func settle() { settle(before: sentCount) }

    /// What was sent last is the first of the words into an answer that is still coming.
    mutating func newWordsBegan() { newWords = sentCount - 1 }

    /// The same for the rest of an answer that came after `newWordsBegan`: newer words are kept.
    mutating func settleOld() { settle(before: newWords) }

    private mutating func settle(before limit: Int) {
        guard limit > start,
            let end = entries[start..<limit].lastIndex(where: { $0.item.endsWords })
        else { return }
        drop(end + 1 - start)
    }

    /// The service has told that its handle holds all messages up to a number.
    mutating func settle(upTo number: Int64) {
        drop(entries[start..<sentCount].prefix { ($0.number ?? .max) <= number }.count)
    }

    /// Forgets everything; the activity counts as never begun.
    mutating func discard() {
        entries = []
        responses = []
        start = 0
        sentCount = 0
        newWords = 0
        audioSamples = 0
        isActivityOpen = false
    }

    /// The oldest so many, all of them sent, are gone.
    private mutating func drop(_ count: Int) {
        for entry in entries[start..<(start + count)] {
            if case .audio(let samples) = entry.item { audioSamples -= samples.count }
        }
        start += count
        guard start == entries.count || start >= Self.goneLimit else { return }
        entries.removeFirst(start)
        sentCount -= start
        newWords -= start
        start = 0
    }
}
