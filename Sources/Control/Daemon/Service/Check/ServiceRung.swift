/// A step on the way to a session, each of which needs those before it.
enum ServiceRung: String, Sendable, CaseIterable, Comparable {
    /// The clock, by which certificates and tokens are judged.
    case time
    case proxy
    case names
    /// TCP.
    case connection
    /// TLS.
    case encryption
    /// What answers is the service, and serves this place.
    case answer
    case key
    /// Project, billing, quota.
    case account
    /// Model, and what the setup asks of it.
    case setup
    case session

    static func < (one: ServiceRung, other: ServiceRung) -> Bool { one.order < other.order }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The name of a finding about it.
    var name: String { "service.\(rawValue)" }

    /// What it is called in words.
    var subject: String {
        switch self {
        case .time, .proxy, .connection, .encryption, .session: rawValue
        case .names: "name"
        case .answer: "service"
        case .key: "key's use"
        case .account: "account"
        case .setup: "model"
        }
    }
}

/// A fault on the way to a session.
struct ServiceFault: Sendable, Equatable {
    let rung: ServiceRung
    /// The last part of the finding's name.
    let fault: String
    let result: String
    var evidence: String?
    var remedy: Finding.Remedy?

    var finding: Finding {
        Finding(
            .broken, "\(rung.name).\(fault)", rung.subject, result, evidence: evidence,
            remedy: remedy)
    }
}

/// How a connection to the service went that was only to be set up.
enum ServiceOutcome: Sendable, Equatable {
    /// The service has accepted the setup; milliseconds since the beginning.
    case ready(after: Int64)
    /// The fault, already judged.
    case fault(ServiceFault)
    /// The line ended before it was a WebSocket's; the fault, unless no connection can be had.
    ///
    /// libwebsockets 4.1 reports a network without a way out in the same words.
    case ended(ServiceFault)
    /// A connection was taken, or not, and nothing came over it in time.
    case timedOut
    /// The certificate is out of its time by this machine's clock.
    case outOfTime(String)
    /// No address was found; the words of the resolver.
    case noNames(String)
    /// The address that was found gives no connection; the words of the socket.
    case noConnection(String)
}
