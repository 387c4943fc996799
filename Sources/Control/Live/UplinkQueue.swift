/// What is said to the service, from its saying until the service has shown that it heard it.
///
/// Items wait here while there is no session, and stay after sending, so that a lost connection
/// repeats them from the start of their activity. Audio is bounded by time; tool responses have
/// room of their own and go first.
struct UplinkQueue {
    /// Audio kept for sending or sending again (samples at 16 kHz): half a minute of words.
    static let audioLimitSamples = 30 * UplinkItem.sampleRate
    /// Responses that may wait for a session.
    static let responseLimit = 64
    /// Marks and texts that may wait; more is not a conversation.
    static let itemLimit = 4096

    private var items: [UplinkItem] = []
    private var sentCount = 0
    private var audioSamples = 0
    private var responses: [UplinkItem] = []

    var isEmpty: Bool { items.isEmpty && responses.isEmpty }
    var hasUnsent: Bool { sentCount < items.count || !responses.isEmpty }

    /// Whether the last activity is begun and not ended.
    private(set) var isActivityOpen = false

    /// Adds an item; returns false when something old had to make room.
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
        case .audioStreamEnd, .text: break
        }
        items.append(item)
        return makeRoom()
    }

    private mutating func makeRoom() -> Bool {
        var lostUnsent = false
        while audioSamples > Self.audioLimitSamples || items.count > Self.itemLimit,
            let index = items.firstIndex(where: \.isAudio)
        {
            if case .audio(let samples) = items.remove(at: index) { audioSamples -= samples.count }
            if index < sentCount { sentCount -= 1 } else { lostUnsent = true }
        }
        return !lostUnsent
    }

    /// The next item to be sent, which then counts as sent.
    mutating func nextUnsent() -> UplinkItem? {
        if !responses.isEmpty { return responses.removeFirst() }
        guard sentCount < items.count else { return nil }
        defer { sentCount += 1 }
        return items[sentCount]
    }

    /// The connection is lost: everything kept is to be sent again.
    ///
    /// Responses are dropped: their calls were made after the state that a resumed session knows,
    /// and a fresh one never heard of them.
    mutating func rewind() -> (droppedResponses: Int, again: Int) {
        defer {
            responses = []
            sentCount = 0
        }
        return (responses.count, sentCount)
    }

    /// The service answers, so what was sent up to the last end of words need not be kept.
    ///
    /// With manual detection an activity that is open is not what it answers.
    mutating func settle(isManual: Bool) {
        guard sentCount > 0 else { return }
        let sent = items[..<sentCount]
        let end = isManual ? sent.lastIndex(where: \.endsWords).map { $0 + 1 } ?? 0 : sentCount
        drop(end)
    }

    /// Forgets everything; the activity counts as never begun.
    mutating func discard() {
        items = []
        sentCount = 0
        audioSamples = 0
        isActivityOpen = false
    }

    private mutating func drop(_ count: Int) {
        for item in items[..<count] {
            if case .audio(let samples) = item { audioSamples -= samples.count }
        }
        items.removeFirst(count)
        sentCount -= count
    }
}

extension UplinkItem {
    fileprivate var isAudio: Bool { if case .audio = self { true } else { false } }

    /// Whether an answer may follow it.
    fileprivate var endsWords: Bool {
        switch self {
        case .activityEnd, .audioStreamEnd, .text: true
        case .activityStart, .audio, .toolResponses: false
        }
    }
}
