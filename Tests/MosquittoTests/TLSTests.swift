import Linux
import Mosquitto
import TestBroker
import Testing

/// TLS, with the test's own authorities.
@Suite(
    .enabled(if: TestBroker.isInstalled, Comment(rawValue: TestBroker.absence)),
    .timeLimit(.minutes(5)))
struct TLSTests {
    let events = Events()

    /// A broker with a certificate for `name`, from its own authority.
    private func broker(name: String, asksForCertificate: Bool = false) throws -> TestBroker {
        try TestBroker { folder in
            [
                "certfile \(folder)/certificate", "keyfile \(folder)/key",
                "cafile \(folder)/certificate", "require_certificate \(asksForCertificate)",
            ]
        } preparing: { folder in
            [
                [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
                    "-addext", "subjectAltName=DNS:\(name)", "-keyout", "\(folder)/key", "-out",
                    "\(folder)/certificate",
                ]
            ]
        }
    }

    private func settings(_ broker: TestBroker) -> BrokerSettings {
        var settings = BrokerSettings(broker)
        settings.host = "localhost"
        settings.protection = .authority(file: "\(broker.folder)/certificate")
        return settings
    }

    private func publish(
        _ settings: BrokerSettings, patience: Duration = .seconds(20)
    ) async throws -> MQTTDelivery {
        let client = try MQTTClient.started(settings, events)
        return try await client.publish(
            MQTTMessage(topic: "a", "x"), patience: patience, within: .seconds(30))
    }

    @Test("an authority file makes a broker trusted")
    func trusted() async throws {
        let broker = try broker(name: "localhost")
        #expect(try await publish(settings(broker)) == .nobodyListens)
    }

    @Test("a broker of an authority that the system does not know is not trusted")
    func unknownAuthority() async throws {
        let broker = try broker(name: "localhost")
        var settings = settings(broker)
        settings.protection = .system
        let error = await failure { _ = try await publish(settings, patience: .seconds(1)) }
        guard case .untrusted(_, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("certificate"))
    }

    @Test("a certificate for another name is not trusted, whoever signed it")
    func otherName() async throws {
        let broker = try broker(name: "other.invalid")
        let error = await failure {
            _ = try await publish(settings(broker), patience: .seconds(1))
        }
        guard case .untrusted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a missing authority file is reported as such")
    func missingFile() async throws {
        let broker = try broker(name: "localhost")
        var settings = settings(broker)
        settings.protection = .authority(file: "/nowhere/ca.pem")
        let error = await failure { _ = try await publish(settings, patience: .seconds(1)) }
        guard case .untrusted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a broker that requires a certificate accepts only clients that have one")
    func clientCertificate() async throws {
        let broker = try broker(name: "localhost", asksForCertificate: true)
        var settings = settings(broker)
        let error = await failure { _ = try await publish(settings, patience: .seconds(1)) }
        #expect(error?.description.contains("mqtt.certificate_file") == true, "\(error as Any)")
        settings.clientCertificate = (
            file: "\(broker.folder)/certificate", keyFile: "\(broker.folder)/key"
        )
        #expect(try await publish(settings) == .nobodyListens)
    }

    @Test("a connection without TLS to a broker that wants it fails, and reveals no password")
    func plain() async throws {
        let broker = try broker(name: "localhost")
        var settings = settings(broker)
        settings.protection = .none
        settings.password = { "secret-word" }
        let error = await failure { _ = try await publish(settings, patience: .seconds(1)) }
        #expect(error?.description.contains("mqtt.tls = true") == true, "\(error as Any)")
        #expect(!"\(String(describing: error))".contains("secret-word"))
    }
}
