/// The settings of a connection to a broker.
package struct BrokerSettings: Sendable {
    /// How the line is protected.
    package enum Protection: Sendable, Equatable {
        /// Not at all; for a broker on this machine, or in a trusted network.
        case none
        /// TLS; the system's authorities are trusted.
        case system
        /// TLS; only the authorities of this PEM file are trusted.
        case authority(file: String)
    }

    /// A name or an address.
    package var host: String
    package var port: Int
    package var protection = Protection.none
    /// PEM files, if the broker identifies the client by a certificate.
    package var clientCertificate: (file: String, keyFile: String)?
    /// Empty: none.
    package var user = ""
    /// Looks up the password at each attempt; nil: there is none.
    package var password: (@Sendable () throws -> String)?
    /// The broker's identifier of the client; no two clients may have the same.
    package var clientID: String
    /// The connection is probed when it was silent for this time (seconds).
    package var keepAliveSeconds = 30
    /// Whether the broker drops subscriptions and messages when the connection ends.
    ///
    /// Without it, hour-old commands arrive after a reconnection.
    package var isCleanSession = true
    /// The message that the broker publishes when the connection breaks.
    package var will: MQTTMessage?
    /// Longer payloads are neither sent nor accepted (bytes).
    package var payloadLimitBytes = 256 * 1024

    /// Settings for a broker without user and protection.
    package init(host: String, port: Int, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }

    /// The keep-alive times that libmosquitto and the protocol accept (seconds).
    package static let keepAliveRange = 5...65_535

    /// The broker's address, for texts.
    var place: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
