import Linux
import Testing

@testable import WebSockets

/// Self-signed certificates, made by the openssl command for one test.
final class Certificates: Sendable {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-sockets") }

    deinit { try? Files.removeTree(folder) }

    /// A certificate for a host; `isExpired` makes one that was valid in 2020.
    func make(host: String, isExpired: Bool = false) async throws -> WebSocketListener.Identity {
        let (certificate, key) = ("\(folder)/\(host).pem", "\(folder)/\(host).key")
        let request = [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(host)", "-keyout", key,
        ]
        if isExpired {
            let wish = "\(folder)/\(host).csr"
            try await openssl(["req", "-new", "-out", wish] + request)
            let settings = """
                [ca]
                default_ca = it
                [it]
                database = \(folder)/index
                rand_serial = yes
                default_md = sha256
                policy = any
                x509_extensions = extensions
                [any]
                commonName = supplied
                [extensions]
                subjectAltName = DNS:\(host)
                """
            try write(settings, to: "\(folder)/ca.conf")
            try write("", to: "\(folder)/index")
            try await openssl([
                "ca", "-batch", "-selfsign", "-config", "\(folder)/ca.conf", "-in", wish,
                "-keyfile", key, "-out", certificate, "-notext", "-outdir", folder,
                "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
            ])
        } else {
            try await openssl(
                ["req", "-x509", "-days", "2", "-out", certificate, "-addext"]
                    + ["subjectAltName=DNS:\(host)"] + request)
        }
        return WebSocketListener.Identity(certificateFile: certificate, keyFile: key)
    }

    /// A folder as `update-ca-certificates` leaves it, with the certificates under their hashes.
    func authorities(_ trusted: [WebSocketListener.Identity]) async throws -> String {
        let path = "\(folder)/authorities"
        try await replace(path, with: trusted)
        return path
    }

    /// Replaces the certificates in such a folder.
    func replace(_ path: String, with trusted: [WebSocketListener.Identity]) async throws {
        if Files.exists(path) { try Files.removeTree(path) }
        try Files.makeDirectory(path, mode: 0o700)
        for (index, identity) in trusted.enumerated() {
            let bytes = try Files.read(identity.certificateFile, limitBytes: 65_536)
            try Files.writeAtomically("\(path)/\(index).pem", bytes, mode: 0o600)
        }
        try await openssl(["rehash", path])
    }

    private func write(_ text: String, to path: String) throws {
        try Files.writeAtomically(path, Array(text.utf8), mode: 0o600)
    }

    private func openssl(_ arguments: [String]) async throws {
        let command = Command(
            arguments: ["openssl"] + arguments, environment: Environment.all(),
            outputLimitBytes: 65_536)
        let result = try await ChildProcess.run(
            command, deadline: .seconds(30), grace: .seconds(1))
        try #require(result.exit == .exited(0), "\(result)")
    }
}
