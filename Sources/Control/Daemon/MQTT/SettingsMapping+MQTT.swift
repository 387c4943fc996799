internal import Broker
package import Configuration
internal import Linux
internal import ModelTypes
internal import Mosquitto
internal import Store
internal import WireCodec

// The broker's settings, from the one configuration.
extension Settings {
    private static let plainPort = 1883
    private static let protectedPort = 8883
    private static let machineIDFile = "/etc/machine-id"
    private static let machineNameFile = "/proc/sys/kernel/hostname"
    /// More than either file holds (bytes).
    private static let shortFileBytes = 1024

    /// The secret that the broker wants; nil: none.
    var brokerPassword: SecretText? {
        let text = self[Keys.mqtt.password]
        return text.isEmpty ? nil : try? SecretText(text)
    }

    /// The broker; nil when there is none.
    ///
    /// `suffix` makes it another client than the daemon, so that it does not take over its
    /// connection.
    func brokerSettings(_ secrets: SecretStore, suffix: String) -> BrokerSettings? {
        let host = self[Keys.mqtt.host]
        guard !host.isEmpty else { return nil }
        let isProtected = self[Keys.mqtt.tls]
        let port = self[Keys.mqtt.port]
        let usualPort = isProtected ? Self.protectedPort : Self.plainPort
        var broker = BrokerSettings(
            host: host, port: port == 0 ? usualPort : port, clientID: deviceID + suffix)
        let authority = self[Keys.mqtt.authority]
        if isProtected {
            broker.protection = authority.isEmpty ? .system : .authority(file: authority)
        }
        let certificate = self[Keys.mqtt.certificate]
        if !certificate.isEmpty {
            broker.clientCertificate = (file: certificate, keyFile: self[Keys.mqtt.key])
        }
        broker.user = self[Keys.mqtt.user]
        if let password = brokerPassword {
            broker.password = { try secrets.resolve(password).revealed }
        }
        broker.keepAliveSeconds = self[Keys.mqtt.keepAlive]
        return broker
    }

    /// The device's id for the broker and Home Assistant.
    var deviceID: String {
        let own = self[Keys.mqtt.id]
        guard own.isEmpty else { return own }
        let machine = Self.line(of: Self.machineIDFile) ?? deviceName
        // A machine's id must not be disclosed as it is (machine-id(5)).
        let hash = Checksum.number(of: "martlet \(machine)".utf8)
        return "martlet_" + String(hash & 0xFFFF_FFFF_FFFF, radix: 16)
    }

    /// The device's name for people.
    var deviceName: String {
        let own = self[Keys.mqtt.name]
        return own.isEmpty ? Self.line(of: Self.machineNameFile) ?? "Martlet" : own
    }

    private static func line(of path: String) -> String? {
        guard let bytes = try? Files.read(path, limitBytes: shortFileBytes) else { return nil }
        let text = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    /// Mistakes in the broker's settings beyond the form of each.
    package var brokerMistakes: [Diagnostic] {
        var mistakes: [Diagnostic] = []
        if self[Keys.mqtt.certificate].isEmpty != self[Keys.mqtt.key].isEmpty {
            mistakes.append(
                Diagnostic(
                    position(of: Keys.mqtt.certificate) ?? position(of: Keys.mqtt.key),
                    "mqtt.certificate_file and mqtt.key_file go together"))
        }
        for key in [Keys.mqtt.authority, Keys.mqtt.certificate] where !self[key].isEmpty {
            guard !self[Keys.mqtt.tls] else { continue }
            mistakes.append(
                Diagnostic(position(of: key), "\(key.path) has no effect without mqtt.tls = true"))
        }
        return mistakes
    }
}

extension Settings {
    /// The settings of the device's presence on its broker.
    func presenceSettings(version: String) -> PresenceSettings {
        PresenceSettings(
            id: deviceID, name: deviceName, version: version, prefix: self[Keys.mqtt.prefix],
            isAnnounced: self[Keys.mqtt.discovery],
            discoveryPrefix: self[Keys.mqtt.discoveryPrefix],
            powers: Set(self[Keys.mqtt.commands].compactMap(PresenceSettings.Power.init)),
            publishesWords: self[Keys.mqtt.words])
    }
}
