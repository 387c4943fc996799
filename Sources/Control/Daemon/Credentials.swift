internal import Accounts
package import Configuration
internal import Curl
internal import Linux
package import Live
package import ModelTypes

/// Why there is no key.
package struct CredentialError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

/// Where the API key is.
package enum Credentials {
    /// Longer than any key (bytes).
    private static let limitBytes = 4096
    /// The name of the systemd credential.
    private static let credentialName = "gemini-api-key"

    /// Where the key would be read from, in words; nothing is read.
    package static func source(_ settings: Settings) -> String {
        if settings[Keys.Live.service] == "vertex" {
            let path = settings[Keys.Vertex.accountFile]
            return path.isEmpty ? "the account of this machine" : "the account file \(path)"
        }
        let file = settings[Keys.Live.keyFile]
        if !file.isEmpty { return "the file \(file) (live.key_file)" }
        if let path = credentialPath(), Files.exists(path) {
            return "the systemd credential \(credentialName)"
        }
        if Environment.get("GEMINI_API_KEY") != nil { return "the variable GEMINI_API_KEY" }
        return "nowhere"
    }

    /// What a session asks the service with: the key, or an account's tokens on Vertex.
    package static func session(_ settings: Settings) throws -> SessionCredential {
        guard settings[Keys.Live.service] == "vertex" else {
            let key = try find(settings)
            // A token of `auth_tokens` stands where a key would, and is shown in its own way.
            let isToken = key.revealed.hasPrefix("auth_tokens/")
            return .fixed(isToken ? .ephemeralToken(key) : .key(key))
        }
        return try account(
            settings, http: HTTPClient(), clock: SystemAccountClock(), metadataHost: nil)
    }

    /// The tokens of the account file that the settings name, else of this machine; renewed before
    /// they expire, by one request however many connections ask.
    static func account(
        _ settings: Settings, http: HTTPClient, clock: any AccountClock, metadataHost: String?
    ) throws -> SessionCredential {
        let path = settings[Keys.Vertex.accountFile]
        let account =
            path.isEmpty ? nil : try ServiceAccount.read(path, http: http, clock: clock)
        let issuer: any TokenIssuer = account ?? MetadataServer(host: metadataHost, http: http)
        let tokens = RefreshedToken(issuer: issuer, clock: clock) { .random(in: 0..<1) }
        let project = account?.quotaProjectID
        return .renewed { .bearer(try await tokens.token(), quotaProject: project) }
    }

    /// The settings with the project of the account, where they name none themselves.
    package static func completed(_ settings: Settings) throws -> Settings {
        guard settings[Keys.Live.service] == "vertex", settings[Keys.Vertex.project].isEmpty
        else { return settings }
        let path = settings[Keys.Vertex.accountFile]
        guard !path.isEmpty,
            let project = try ServiceAccount.read(
                path, http: HTTPClient(), clock: SystemAccountClock()
            ).projectID
        else {
            throw CredentialError(
                description: "whose project pays is not known: set vertex.project, or name an "
                    + "account file that holds a project_id with vertex.account_file")
        }
        var completed = settings
        completed[Keys.Vertex.project] = project
        return completed
    }

    /// The key: from `live.key_file`, the systemd credential, or GEMINI_API_KEY, in this order.
    package static func find(_ settings: Settings) throws -> Secret {
        let file = settings[Keys.Live.keyFile]
        if !file.isEmpty { return try read(file, isOurs: true) }
        if let path = credentialPath(), Files.exists(path) {
            return try read(path, isOurs: false)
        }
        if let key = Environment.get("GEMINI_API_KEY"), !key.isEmpty { return Secret(key) }
        throw CredentialError(
            description: "there is no API key: put it into a file of its own (mode 600) and name "
                + "that with live.key_file, or into the systemd credential \(credentialName), or "
                + "set GEMINI_API_KEY")
    }

    private static func credentialPath() -> String? {
        Environment.get("CREDENTIALS_DIRECTORY").map { "\($0)/\(credentialName)" }
    }

    private static func read(_ path: String, isOurs: Bool) throws -> Secret {
        if isOurs, Files.isReadableByOthers(path) {
            throw CredentialError(
                description: "others can read the key file '\(path)': chmod 600 '\(path)'")
        }
        let bytes = try Files.read(path, limitBytes: limitBytes)
        let text = String(decoding: bytes, as: UTF8.self)
        let key = text.split(whereSeparator: \.isWhitespace)
        guard key.count == 1, let only = key.first else {
            throw CredentialError(description: "the key file '\(path)' must hold the key alone")
        }
        return Secret(String(only))
    }
}
