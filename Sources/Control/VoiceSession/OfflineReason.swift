/// Why a session that reconnects by itself has no connection.
package enum OfflineReason: Sendable, Equatable, CustomStringConvertible {
    /// The service cannot be reached; the text says why.
    case unreachable(String)
    /// The service closed the connection; the code is the WebSocket's (RFC 6455, 7.4).
    case closedByService(code: UInt16, reason: String)
    /// The service reported an error in place of an answer.
    case refusedByService(String)
    /// The service did not finish the setup in time.
    case setupTimedOut
    /// The connection broke without a close.
    case lost
    /// The limit of connection attempts per minute is reached.
    case resting

    package var description: String {
        switch self {
        case .unreachable(let text): text
        case .closedByService(let code, let reason):
            "the service closed the connection (\(code)\(reason.isEmpty ? "" : ": \(reason)"))"
        case .refusedByService(let text): "the service reports an error: \(text)"
        case .setupTimedOut: "the service did not answer the setup"
        case .lost: "the connection was lost"
        case .resting:
            "connections keep ending, so the next attempt is delayed"
        }
    }
}
