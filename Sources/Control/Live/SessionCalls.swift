internal import ModelTypes
internal import WireCodec

/// The calls of the turn, each once, with its state; the only place that answers questions about
/// calls.
///
///                  answer                  connection lost
///     awaited ---------------> answered ---------------------> lost
///        ^  \____________________ | ____________________________^  \
///        |       connection lost  | made again                     | made again on
///        +------------------------+--------------------------------+ another connection
///
/// The owner knows a call by a unique id that is not empty. The service waits under ids of its own:
/// none at all, or several where it makes a call again. A call is carried out once, whatever
/// happens to the connections: if the next session makes it again, it gets the first call's answer.
/// A call that was cancelled is removed, and so gets no answer.
struct SessionCalls {
    /// At most this many calls are kept in a turn; beyond it those that await no answer are
    /// removed.
    static let turnLimit = 256
    /// How many answered calls are remembered, to recognize those that are made again.
    static let answeredLimit = 64

    /// Where the answer to a call must go.
    private enum Standing {
        /// To the service, which waits on this connection under these ids; an empty string means no
        /// id.
        case awaited(under: [String])
        /// Nowhere: the service has it.
        case answered
        /// Nowhere yet: the connection is lost, so nothing waits for it.
        case lost
    }

    private struct Call {
        /// The call with the owner's id.
        let call: FunctionCall
        /// The id under which the service made it last; empty means no id.
        var id: String
        var standing: Standing
        /// The owner's answer; never nil where it is `answered`.
        var response: JSONValue?

        var isLost: Bool { if case .lost = standing { true } else { false } }
        var awaitingIDs: [String] {
            if case .awaited(let ids) = standing { ids } else { [] }
        }
        func isKnown(as id: String) -> Bool {
            !id.isEmpty && (self.id == id || call.id == id || awaitingIDs.contains(id))
        }
        func isSame(as other: FunctionCall) -> Bool {
            call.name == other.name && call.arguments == other.arguments
        }
    }

    /// How a call that the service makes is handled.
    enum Making {
        /// The owner must carry it out; it has the owner's id.
        case tell(FunctionCall)
        /// Nothing to do: the answer of the lost call is still to come, and answers this one, too.
        case wait
        /// The answer of the lost call must be sent.
        case answer(FunctionResponse)
        /// It is refused, because too many calls await their answers.
        case refuse
    }

    private var calls: [Call] = []
    /// The ids of the calls that this session got answers to, newest last; without empty ones.
    private var answered: [String] = []
    /// How many calls got an id from us.
    private var named = 0
    /// When the service last made calls (nanoseconds).
    private(set) var madeAt: Int64 = 0

    /// Whether the turn has no calls.
    var isEmpty: Bool { calls.isEmpty }

    /// Whether the service waits for an answer on this connection.
    var isAnyAwaited: Bool { calls.contains { !$0.awaitingIDs.isEmpty } }

    /// How many answers the service waits for.
    var awaitedCount: Int { calls.reduce(0) { $0 + $1.awaitingIDs.count } }

    /// Whether there are calls whose connection is lost.
    var isAnyLost: Bool { calls.contains(where: \.isLost) }

    /// Whether the owner has answered every call.
    var isEveryAnswerKnown: Bool { calls.allSatisfy { $0.response != nil } }

    /// The calls that were carried out and that the session does not know.
    var lost: [(call: FunctionCall, response: JSONValue?)] {
        calls.filter(\.isLost).map { ($0.call, $0.response) }
    }

    /// Whether the session has made this call before, and it is answered or awaits its answer.
    func isRepetition(_ id: String) -> Bool {
        answered.contains(id) || !id.isEmpty && calls.contains { $0.awaitingIDs.contains(id) }
    }

    // MARK: - What the service does

    /// The service makes a call; the id may be empty.
    mutating func make(_ call: FunctionCall, at now: Int64) -> Making {
        madeAt = now
        if let index = calls.firstIndex(where: { !$0.isLost && $0.isKnown(as: call.id) }) {
            let ids = calls[index].awaitingIDs.filter { $0 != call.id }
            calls[index].standing = .awaited(under: ids + [call.id])
            calls[index].id = call.id
            return .tell(calls[index].call)
        }
        let lost = calls.indices.filter { calls[$0].isLost && calls[$0].isSame(as: call) }
        if let index = lost.first(where: { calls[$0].isKnown(as: call.id) }) ?? lost.first {
            return claim(index, as: call)
        }
        if calls.count >= Self.turnLimit {
            guard let oldest = calls.firstIndex(where: \.awaitingIDs.isEmpty) else {
                return .refuse
            }
            calls.remove(at: oldest)
        }
        let told = call.with(id: ownID(for: call.id))
        calls.append(Call(call: told, id: call.id, standing: .awaited(under: [call.id])))
        return .tell(told)
    }

    /// The service repeats a call of a lost connection.
    private mutating func claim(_ index: Int, as call: FunctionCall) -> Making {
        calls[index].id = call.id
        guard let response = calls[index].response else {
            calls[index].standing = .awaited(under: [call.id])
            return .wait
        }
        calls[index].standing = .answered
        noteAnswered(call.id)
        return .answer(FunctionResponse(id: call.id, name: call.name, response: response))
    }

    /// The service's id, or one of ours where it gave none or that of another call.
    private mutating func ownID(for id: String) -> String {
        var own = id
        while own.isEmpty || calls.contains(where: { $0.isKnown(as: own) }) {
            named += 1
            own = id.isEmpty ? "call without id \(named)" : "\(id), call \(named)"
        }
        return own
    }

    /// The service cancels calls; returns the owner's ids of them.
    ///
    /// A call is kept if the service still waits for it under another id.
    mutating func takeBack(_ ids: [String]) -> [String] {
        ids.filter { !$0.isEmpty }.compactMap { takeBack($0) }
    }

    private mutating func takeBack(_ id: String) -> String? {
        let found =
            calls.firstIndex { $0.awaitingIDs.contains(id) } ?? calls.firstIndex { $0.id == id }
        // A call of an older turn, which the owner may know.
        guard let index = found else { return id }
        let others = calls[index].awaitingIDs.filter { $0 != id }
        guard let other = others.last else { return calls.remove(at: index).call.id }
        calls[index].standing = .awaited(under: others)
        calls[index].id = other
        return nil
    }

    // MARK: - What the owner does

    /// The owner has answered; returns what must be sent: an answer for each id under which the
    /// service waits, including empty ones.
    mutating func answer(_ response: FunctionResponse) -> [FunctionResponse] {
        guard let index = calls.firstIndex(where: { $0.call.id == response.id }) else { return [] }
        calls[index].response = response.response
        guard case .awaited(let ids) = calls[index].standing else { return [] }
        calls[index].standing = .answered
        return ids.map { id in
            noteAnswered(id)
            var sent = response
            sent.id = id
            return sent
        }
    }

    private mutating func noteAnswered(_ id: String) {
        guard !id.isEmpty, !answered.contains(id) else { return }
        answered.append(id)
        if answered.count > Self.answeredLimit { answered.removeFirst() }
    }

    // MARK: - What ends

    /// The owner will answer no more; returns the calls for which the service waits, by its ids,
    /// without those that have none.
    mutating func giveUp() -> [FunctionCall] {
        defer { calls = [] }
        return calls.flatMap { call in
            call.awaitingIDs.filter { !$0.isEmpty }.map { call.call.with(id: $0) }
        }
    }

    /// The connection is lost, and nothing waits for answers any more.
    mutating func connectionLost() {
        for index in calls.indices { calls[index].standing = .lost }
    }

    /// The turn is over, or the next session knows about it.
    mutating func endTurn() { calls = [] }

    /// A session begins that has made no calls yet.
    mutating func sessionBegan() { answered = [] }
}

extension FunctionCall {
    fileprivate func with(id: String) -> FunctionCall {
        FunctionCall(id: id, name: name, arguments: arguments)
    }
}
