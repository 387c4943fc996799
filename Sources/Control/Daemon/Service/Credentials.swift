internal import Accounts
package import Configuration
internal import Curl
internal import Linux
internal import Tools
package import VoiceSession
package import WireCodec

/// Why there is no key.
package struct CredentialError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

extension SessionCredential {
    /// The same credential, which notes its secret in `secrets` before it hands it out.
    func noting(_ secrets: KnownSecrets) -> SessionCredential {
        switch self {
        case .fixed(let authorization):
            secrets.add(authorization.secret)
            return self
        case .renewed(let renew):
            return .renewed {
                let renewed = try await renew()
                secrets.add(renewed.secret)
                return renewed
            }
        }
    }
}

extension Authorization {
    /// The secret that it shows to the service.
    fileprivate var secret: Secret {
        switch self {
        case .key(let secret), .ephemeralToken(let secret), .bearer(let secret, _): secret
        }
    }
}

/// Where the API key is.
package enum Credentials {
    /// Longer than any key (bytes).
    private static let limitBytes = 4096
    /// The name of the systemd credential.
    package static let credentialName = "gemini-api-key"
    /// The name of the one that `martlet setup` encrypts, where systemd can; it counts over the
    /// other.
    package static let sealedName = "gemini-api-key-sealed"

    /// Where the key would be read from, in words; nil if there is none.
    ///
    /// Nothing is read.
    package static func source(_ settings: Settings) -> String? {
        if settings[Keys.live.service] == "vertex" {
            let path = settings[Keys.vertex.accountFile]
            return path.isEmpty ? "the account of this machine" : "the account file \(path)"
        }
        let file = settings[Keys.live.keyFile]
        if !file.isEmpty { return "the file \(file) (live.key_file)" }
        if let (name, _) = keyCredential() { return "the systemd credential \(name)" }
        if Environment.get("GEMINI_API_KEY") != nil { return "the variable GEMINI_API_KEY" }
        return nil
    }

    /// The same as a part of a sentence.
    package static func origin(_ settings: Settings) -> String {
        source(settings).map { "the key comes from \($0)" } ?? "there is no key yet"
    }

    /// The daemon's credential for the service, with a key that is read again before each
    /// connection.
    ///
    /// A device without a key thus starts and says so, and finds a key that was added or replaced
    /// at the next press. An account is used as in `session`.
    package static func daemon(_ settings: Settings) throws -> SessionCredential {
        guard settings[Keys.live.service] != "vertex" else { return try session(settings) }
        let thread = DiskThread(name: "key")
        return .renewed {
            do {
                return authorization(try await thread.run { try find(settings) })
            } catch {
                throw SessionFailure(reason: .noKey, text: "\(error)")
            }
        }
    }

    /// A session's credential for the service: the key, or an account's tokens on Vertex.
    package static func session(_ settings: Settings) throws -> SessionCredential {
        guard settings[Keys.live.service] == "vertex" else {
            return .fixed(authorization(try find(settings)))
        }
        return try account(
            settings, http: HTTPClient.shared, clock: SystemClock(), metadataHost: nil)
    }

    /// A token of `auth_tokens` may take the place of a key, and is sent in its own way.
    private static func authorization(_ key: Secret) -> Authorization {
        key.revealed.hasPrefix("auth_tokens/") ? .ephemeralToken(key) : .key(key)
    }

    /// The tokens of the account file that the settings name, else of this machine.
    ///
    /// They are renewed before they expire, by one request however many connections ask.
    static func account(
        _ settings: Settings, http: HTTPClient, clock: any DeviceClock, metadataHost: String?
    ) throws -> SessionCredential {
        let path = settings[Keys.vertex.accountFile]
        let account =
            path.isEmpty ? nil : try ServiceAccount.read(path, http: http, clock: clock)
        let issuer: any TokenIssuer = account ?? MetadataServer(host: metadataHost, http: http)
        let tokens = RefreshedToken(issuer: issuer, clock: clock) { .random(in: 0..<1) }
        let project = account?.quotaProjectID
        return .renewed { .bearer(try await tokens.token(), quotaProject: project) }
    }

    /// The settings, with the account's project if they name none themselves.
    package static func completed(_ settings: Settings) throws -> Settings {
        guard settings[Keys.live.service] == "vertex", settings[Keys.vertex.project].isEmpty
        else { return settings }
        let path = settings[Keys.vertex.accountFile]
        guard !path.isEmpty,
            let project = try ServiceAccount.read(
                path, http: HTTPClient.shared, clock: SystemClock()
            ).projectID
        else {
            throw CredentialError(
                description: "it is not known which project pays: set vertex.project, or name an "
                    + "account file that holds a project_id with vertex.account_file")
        }
        var completed = settings
        completed[Keys.vertex.project] = project
        return completed
    }

    /// The key: from `live.key_file`, the systemd credential, or GEMINI_API_KEY, in this order.
    ///
    /// It reads the disk: do not call it on the loop.
    package static func find(_ settings: Settings) throws -> Secret {
        let file = settings[Keys.live.keyFile]
        if !file.isEmpty { return try read(file, of: "key", isOurs: true) }
        if let (_, path) = keyCredential() { return try read(path, of: "key", isOurs: false) }
        if let key = Environment.get("GEMINI_API_KEY"), !key.isEmpty {
            return try KeyText(what: "key", place: "the variable GEMINI_API_KEY").read(key)
        }
        throw CredentialError(description: absence)
    }

    /// Says that there is no key, and how to give one to the program as it was started.
    private static var absence: String {
        let places =
            "there is no API key: put it into a file of its own (mode 600) and name that with "
            + "live.key_file, or into the systemd credential \(credentialName)"
        // systemd sets the first of the two variables for every service.
        guard Environment.get("INVOCATION_ID") != nil, Environment.get("NOTIFY_SOCKET") != nil
        else { return places + ", or set GEMINI_API_KEY" }
        return places + " (/etc/credstore/\(credentialName)), which systemd hands over at a start: "
            + "`systemctl restart martlet`"
    }

    /// What a session asks the service with, of this key.
    package static func session(key: Secret) -> SessionCredential { .fixed(authorization(key)) }

    /// A key as somebody typed it; throws what is wrong with it.
    package static func key(typed text: String) throws -> Secret {
        try KeyText(what: "key", place: "what was typed").read(text)
    }

    /// The systemd credential that holds the key, by its name; nil: there is none.
    private static func keyCredential() -> (name: String, path: String)? {
        for name in [sealedName, credentialName] {
            if let path = credentialPath(name), Files.exists(path) { return (name, path) }
        }
        return nil
    }

    private static func credentialPath(_ name: String) -> String? {
        Environment.get("CREDENTIALS_DIRECTORY").map { "\($0)/\(name)" }
    }

    /// The PIN that confirms calls: from `tools.pin_file`, or the systemd credential martlet-pin;
    /// nil when there is none.
    package static func pin(_ settings: Settings) throws -> Secret? {
        let file = settings[Keys.tools.pinFile]
        let pin: Secret
        if !file.isEmpty {
            pin = try read(file, of: "PIN", isOurs: true)
        } else if let path = credentialPath("martlet-pin"), Files.exists(path) {
            pin = try read(path, of: "PIN", isOurs: false)
        } else {
            return nil
        }
        guard pin.revealed.count >= ConfirmationSettings.shortestPIN,
            pin.revealed.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            throw CredentialError(
                description:
                    "the PIN must have \(ConfirmationSettings.shortestPIN) digits or more, "
                    + "and nothing else")
        }
        return pin
    }

    private static func read(_ path: String, of what: String, isOurs: Bool) throws -> Secret {
        let place = "the \(what) file '\(path)'"
        guard !Files.isDirectory(path) else {
            throw CredentialError(
                description: "\(place) is a folder: name the file that holds the \(what)")
        }
        if isOurs, Files.isReadableByOthers(path) {
            throw CredentialError(
                description: "others can read the \(what) file '\(path)': chmod 600 '\(path)'")
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limitBytes: limitBytes)
        } catch {
            throw CredentialError(
                description: "\(place) cannot be read (\(error)): it must exist, be shorter than "
                    + "\(limitBytes) bytes, and belong to the daemon's user")
        }
        return try KeyText(what: what, place: place).read(bytes)
    }
}
