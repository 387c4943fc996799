internal import VoiceSession

/// The user's turns whose samples the session does not have in full yet, oldest first.
///
/// The microphone delivers the samples of one turn after another, each ended by a mark, so a turn
/// may be opened while the tail of the previous one is still on its way. Only the last can be open.
/// An activity begins with its first samples, never before: the service closes the connection on an
/// empty one.
struct Uplink {
    struct Turn: Equatable {
        let number: Int
        let opener: TurnOpener
        let openedAt: Int64
        /// The activity was begun, so it must be ended.
        var hasBegun = false
        /// The local detector heard words.
        var hasSpeech = false
        /// The service showed that it hears words.
        var isConfirmed = false
        /// When the mark is given up; set when the gate is asked to close.
        var flushBy: Int64?
        /// An answer is awaited, because the user has spoken and has not taken the words back.
        var isReplyWanted = true
        /// Nothing more of it is sent.
        var isAbandoned = false

        var isOpen: Bool { flushBy == nil }
    }

    /// The most turns that wait for their marks; no finger is faster.
    static let maximumTurns = 4
    /// A mark that takes longer than this is given up.
    ///
    /// Longer than the two seconds of sound that at most wait for the processing thread on a busy
    /// processor: late words still count. Only a stuck thread is not worth waiting for.
    static let flushMilliseconds = 3_000

    /// No pre-roll reaches further back than this.
    static let maximumOverlapMilliseconds = 10_000

    private let maximumOverlapSamples: Int64
    private(set) var turns: [Turn] = []
    /// The first sample that was not sent yet; a pre-roll must not repeat earlier ones.
    private var nextSample: Int64 = 0

    /// An uplink without turns, of a session with these rates.
    init(rates: SessionRates) {
        maximumOverlapSamples = rates.inputSamples(milliseconds: Self.maximumOverlapMilliseconds)
    }

    var isFull: Bool { turns.count >= Self.maximumTurns }

    /// Whether words are still on their way to the session.
    var isBusy: Bool { turns.contains { !$0.isAbandoned } }

    /// The turn whose gate is open.
    var open: Turn? { turns.last.flatMap { $0.isOpen ? $0 : nil } }

    /// When the oldest turn's mark is given up.
    var flushDeadline: Int64? { turns.first?.flushBy }

    mutating func append(_ turn: Turn) {
        precondition(open == nil && !isFull, "a turn was opened beside an open one")
        turns.append(turn)
    }

    mutating func noteSpeech() {
        guard open != nil else { return }
        turns[turns.count - 1].hasSpeech = true
    }

    mutating func noteConfirmation() {
        guard open != nil else { return }
        turns[turns.count - 1].isConfirmed = true
    }

    /// The gate was asked to close; returns the turn that was open.
    mutating func close(at time: Int64, isReplyWanted: Bool) -> Turn? {
        guard let turn = open else { return nil }
        turns[turns.count - 1].isReplyWanted = isReplyWanted
        turns[turns.count - 1].flushBy = time + .milliseconds(Self.flushMilliseconds)
        return turn
    }

    /// No answer is wanted any more to words whose end is still on its way.
    mutating func takeBack() {
        for index in turns.indices where !turns[index].isOpen { turns[index].isReplyWanted = false }
    }

    /// Samples came: returns how many of them were sent before, and whether they begin an activity;
    /// nil where none are to be sent.
    mutating func samples(first: Int64, count: Int) -> (skipping: Int, isBeginning: Bool)? {
        guard let turn = turns.first, !turn.isAbandoned else { return nil }
        // A device that came back may restart its count; taking that for a pre-roll would drop all
        // its samples.
        if nextSample - first > maximumOverlapSamples { nextSample = first }
        let skip = Int(min(max(0, nextSample - first), Int64(count)))
        guard skip < count else { return nil }
        nextSample = first + Int64(count)
        turns[0].hasBegun = true
        return (skip, !turn.hasBegun)
    }

    /// A mark came or was given up; returns the turn it ended.
    mutating func finish() -> Turn? {
        guard let turn = turns.first, !turn.isOpen else { return nil }
        return turns.removeFirst()
    }

    /// The microphone was lost: no mark will come.
    mutating func finishAll() -> [Turn] {
        defer { turns = [] }
        return turns
    }

    /// Abandons every turn; returns those that were not abandoned before.
    ///
    /// Their samples and marks may still come, so they stay until then.
    mutating func abandon(at time: Int64) -> [Turn] {
        let given = turns.filter { !$0.isAbandoned }
        for index in turns.indices {
            turns[index].isAbandoned = true
            if turns[index].isOpen {
                turns[index].flushBy = time + .milliseconds(Self.flushMilliseconds)
            }
        }
        return given
    }
}
