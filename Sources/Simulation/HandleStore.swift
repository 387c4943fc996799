internal import ModelTypes
internal import Synchronization

/// The handles that were given out, so that a session can be taken up on another connection.
final class HandleStore: Sendable {
    /// What a handle is good for.
    enum Lookup: Equatable {
        case turn(Int)
        case unknown
        case expired
        case otherModel
    }

    private struct Entry {
        var turn: Int
        var model: String
        var givenAt: Int64
    }

    /// The Developer API takes a handle for two hours (live-protocol.md section 5.3; nanoseconds).
    private static let lifetime: Int64 = 2 * 3600 * 1_000_000_000
    /// The newest that are kept.
    private static let limit = 4096

    private struct State {
        var entries: [String: Entry] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// The turn that comes next in whatever session had the last.
    let nextTurn = Atomic<Int>(0)

    /// Looks a handle up for a session with a model.
    func lookUp(_ handle: String, model: String, at now: Int64) -> Lookup {
        guard let entry = state.withLock({ $0.entries[handle] }) else { return .unknown }
        guard now - entry.givenAt <= Self.lifetime else { return .expired }
        return entry.model == model ? .turn(entry.turn) : .otherModel
    }

    /// The message with a new handle for what comes next.
    func update(turn: Int, model: String, at now: Int64) -> JSONValue {
        let handle = state.withLock { state in
            state.count += 1
            state.entries["handle-\(state.count)"] = Entry(
                turn: turn, model: model, givenAt: now)
            state.entries["handle-\(state.count - Self.limit)"] = nil
            return "handle-\(state.count)"
        }
        return ["sessionResumptionUpdate": ["newHandle": .string(handle), "resumable": true]]
    }

    /// The message that there is no handle now.
    static var none: JSONValue { ["sessionResumptionUpdate": ["resumable": false]] }
}
