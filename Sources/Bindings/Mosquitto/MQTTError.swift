/// Why a message was not published, or why there is no connection.
///
/// None of the texts contains a payload, a user or a password.
package enum MQTTError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It cannot be sent as it is; the text says why.
    case malformed(String)
    /// There is no such host, or no name server answers.
    case unresolved(broker: String)
    /// The host does not answer; the system's words.
    case unreachable(broker: String, reason: String)
    /// The broker's certificate is not trusted, or TLS failed otherwise; OpenSSL's words.
    case untrusted(broker: String, reason: String)
    /// The broker does not let the client in: user, password, client id; the broker's words.
    case refused(broker: String, reason: String)
    /// The broker closed the connection before it accepted the client; what it may require.
    case hungUp(broker: String, reason: String, hint: String)
    /// The broker does not allow this topic; its words.
    case forbidden(topic: String, reason: String)
    /// The connection broke; messages under way may have been delivered or not.
    case lost(broker: String, reason: String)
    /// Another client with the same id has taken over.
    case takenOver(broker: String, client: String)
    /// The connection breaks repeatedly as soon as it is made.
    case unsteady(broker: String, client: String, reason: String)
    /// The broker did not acknowledge or answer in time.
    case timedOut(broker: String)
    /// The broker reports that no client subscribes to the topic of a question.
    case unanswered(topic: String)
    /// A question was delivered, but no answer came in time.
    case noAnswer(topic: String)
    /// The payload is longer than allowed.
    case tooLarge(bytes: Int, limitBytes: Int)
    /// The limit of messages under way is reached.
    case busy(limit: Int)
    /// The task was cancelled.
    case cancelled
    /// There is no client: not started, stopped, or without its library.
    case unavailable(String)

    /// The same error as the reason why a message was not sent at all.
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

    /// Whether another client competes for the connection.
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
