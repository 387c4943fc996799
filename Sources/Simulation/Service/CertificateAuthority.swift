import Linux
package import WebSockets

/// A private certificate authority with one server certificate, made by openssl.
package struct CertificateAuthority: Sendable {
    /// The authority's certificate, which clients must trust.
    package let authorityFile: String
    /// The server's certificate and key.
    package let identity: WebSocketListener.Identity

    /// Makes both in a folder, for localhost and 127.0.0.1, valid for a month.
    ///
    /// The folder must exist; files of an earlier run are replaced. Keys have mode 600.
    package static func make(in folder: String) async throws -> CertificateAuthority {
        let authority = "\(folder)/authority.pem"
        let authorityKey = "\(folder)/authority.key"
        let certificate = "\(folder)/server.pem"
        let key = "\(folder)/server.key"
        for path in [authorityKey, key] {
            // openssl keeps the mode of an existing file.
            try Files.writeAtomically(path, [], mode: 0o600)
        }
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try await run(
            ["req", "-x509"] + curve + [
                "-days", "31", "-subj", "/CN=Martlet simulator", "-keyout", authorityKey,
                "-out", authority, "-addext", "basicConstraints=critical,CA:TRUE",
            ])
        try await run(
            ["req", "-x509"] + curve + [
                "-days", "31", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
                "-CA", authority, "-CAkey", authorityKey,
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext", "basicConstraints=critical,CA:FALSE",
            ])
        return CertificateAuthority(
            authorityFile: authority,
            identity: .init(certificateFile: certificate, keyFile: key))
    }

    private static func run(_ arguments: [String]) async throws {
        let command = Command(
            arguments: ["openssl"] + arguments, environment: Environment.all(),
            outputLimitBytes: 65_536)
        let result: CommandResult
        do {
            result = try await ChildProcess.run(
                command, deadline: .seconds(30), grace: .seconds(1))
        } catch {
            throw HelperError(
                description: "cannot run openssl (\(error)); install it: apt install openssl")
        }
        guard result.exit == .exited(0) else {
            let words = String(decoding: result.standardError.suffix(300), as: UTF8.self)
            throw HelperError(description: "openssl ended with \(result.exit): \(words)")
        }
    }
}
