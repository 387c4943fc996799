/// Why a message was not published or no line stands.
///
/// No text of these holds a payload, a user or a password.
package enum MQTTError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It cannot be sent as it is; the text says why.
    case malformed(String)
    /// There is no such host, or nobody who could tell.
    case unresolved(broker: String)
    /// Nobody answers there; the system's words.
    case unreachable(broker: String, reason: String)
    /// The broker's certificate is not trusted, or TLS failed otherwise; OpenSSL's words.
    case untrusted(broker: String, reason: String)
    /// The broker does not let the client in: user, password, client id; the broker's words.
    case refused(broker: String, reason: String)
    /// The broker ended the line before it let the client in; what it may want.
    case hungUp(broker: String, reason: String, hint: String)
    /// The broker does not allow this topic; its words.
    case forbidden(topic: String, reason: String)
    /// The line broke; what was under way may have been delivered or not.
    case lost(broker: String, reason: String)
    /// Another client of the same id has the line now.
    case takenOver(broker: String, client: String)
    /// The line breaks again and again as soon as it is made.
    case unsteady(broker: String, client: String, reason: String)
    /// The broker did not acknowledge or answer in time.
    case timedOut(broker: String)
    /// The broker says that nobody has subscribed to the topic of a question.
    case unanswered(topic: String)
    /// A question was delivered, and no answer came in time.
    case noAnswer(topic: String)
    /// The payload is longer than allowed.
    case tooLarge(bytes: Int, limitBytes: Int)
    /// As much as allowed is under way.
    case busy(limit: Int)
    /// The task was cancelled.
    case cancelled
    /// There is no client: not started, stopped, or without its library.
    case unavailable(String)

    /// The same as the reason why something was not even sent.
    var beforeSending: MQTTError {
        switch self {
        case .lost(let broker, let reason): .unreachable(broker: broker, reason: reason)
        case .unsteady(let broker, _, let reason): .unreachable(broker: broker, reason: reason)
        case .takenOver(let broker, _):
            .unreachable(broker: broker, reason: "another client has taken the line")
        case .timedOut(let broker): .unreachable(broker: broker, reason: "no answer")
        case .malformed, .unresolved, .unreachable, .untrusted, .refused, .hungUp, .forbidden,
            .unanswered, .noAnswer, .tooLarge, .busy, .cancelled, .unavailable:
            self
        }
    }

    /// Somebody else lays claim to the line.
    var isContest: Bool {
        switch self {
        case .takenOver, .unsteady: true
        case .lost, .malformed, .unresolved, .unreachable, .untrusted, .refused, .hungUp,
            .forbidden, .timedOut, .unanswered, .noAnswer, .tooLarge, .busy, .cancelled,
            .unavailable:
            false
        }
    }

    package var description: String {
        switch self {
        case .malformed(let reason): "the message cannot be sent: \(reason)"
        case .unresolved(let broker):
            "cannot find the broker \(broker): check the name, the network and its name server"
        case .unreachable(let broker, let reason):
            "cannot reach the broker \(broker) (\(reason)): check that it runs, and the network"
        case .untrusted(let broker, let reason):
            "no trusted line to the broker \(broker) (\(reason)): check the clock, the host's "
                + "name in its certificate, and mqtt.ca_file"
        case .refused(let broker, let reason):
            "the broker \(broker) refuses this device (\(reason)): check user and password"
        case .hungUp(let broker, let reason, let hint):
            "the broker \(broker) ended the line before it let this device in (\(reason)): \(hint)"
        case .forbidden(let topic, let reason):
            "the broker does not allow the topic \(topic) (\(reason)): check its access list"
        case .lost(let broker, let reason): "the line to the broker \(broker) broke (\(reason))"
        case .takenOver(let broker, let client):
            "another program is on the broker \(broker) as \(client) and has taken the line: end "
                + "it, or give one of the two another mqtt.id"
        case .unsteady(let broker, let client, let reason):
            "the line to the broker \(broker) breaks as soon as it is made (\(reason)): is another "
                + "program there as \(client)? The broker's log says more"
        case .timedOut(let broker): "the broker \(broker) did not answer in time"
        case .unanswered(let topic): "nobody listens to the topic \(topic)"
        case .noAnswer(let topic): "no answer came on the topic \(topic) in time"
        case .tooLarge(let bytes, let limit):
            "the message has \(bytes) bytes, and \(limit) are allowed"
        case .busy(let limit): "\(limit) messages are under way already: wait for one of them"
        case .cancelled: "it was cancelled"
        case .unavailable(let reason): "no MQTT client: \(reason)"
        }
    }
}
