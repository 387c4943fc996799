/// Which broker, and how it is reached.
package struct BrokerSettings: Sendable {
    /// How the line is protected.
    package enum Protection: Sendable, Equatable {
        /// Not at all; for a broker on this machine, or in a network that is trusted.
        case none
        /// TLS; the system's authorities are trusted.
        case system
        /// TLS; the authorities of this PEM file alone are trusted.
        case authority(file: String)
    }

    /// A name or an address.
    package var host: String
    package var port: Int
    package var protection = Protection.none
    /// PEM files, where the broker wants to know the client by a certificate.
    package var clientCertificate: (file: String, keyFile: String)?
    /// Empty: none.
    package var user = ""
    /// Looks the password up, at each attempt; nil: there is none.
    package var password: (@Sendable () throws -> String)?
    /// What the broker knows the client by; no two clients may have the same.
    package var clientID: String
    /// The connection is probed when it was silent for this time (seconds).
    package var keepAliveSeconds = 30
    /// Whether the broker forgets subscriptions and messages with the line.
    ///
    /// Without it commands of an hour ago arrive when the line is back.
    package var isCleanSession = true
    /// What the broker tells the others when the line breaks.
    package var will: MQTTMessage?
    /// Longer payloads are neither sent nor taken (bytes).
    package var payloadLimitBytes = 256 * 1024

    /// Settings for a broker without user and protection.
    package init(host: String, port: Int, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }

    /// Shorter and longer ones are refused by libmosquitto and by the protocol (seconds).
    package static let keepAliveRange = 5...65_535

    /// Where the broker is, for texts.
    var place: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
