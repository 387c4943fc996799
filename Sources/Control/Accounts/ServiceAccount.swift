internal import Crypto
package import Curl
package import Linux
internal import ModelTypes
internal import WireCodec

/// A Google service account, from its downloaded JSON key file.
///
/// Each token costs one request: a claim signed with the file's key is exchanged (RFC 7523).
package struct ServiceAccount: TokenIssuer {
    /// The scope of its tokens; the account's roles limit it further.
    package static let scope = "https://www.googleapis.com/auth/cloud-platform"
    /// The limit of a key file (bytes), longer than any.
    package static let fileLimitBytes = 64 << 10
    /// The lifetime of a claim, the most that the server allows (seconds).
    static let claimSeconds: Int64 = 3600

    /// The account's address, such as `martlet@project.iam.gserviceaccount.com`.
    package let email: String
    /// The project that the account belongs to.
    package let projectID: String?
    /// The project that is billed, for the header `x-goog-user-project`, if it is another one.
    package let quotaProjectID: String?

    private let keyID: String?
    private let tokenAddress: String
    private let path: String
    private let key: SigningKey
    private let http: HTTPClient
    private let clock: any DeviceClock
    private let certificateAuthorityFile: String?

    /// Reads the key file at a path; only the program's user may be able to read it.
    package static func read(
        _ path: String, http: HTTPClient, clock: any DeviceClock,
        certificateAuthorityFile: String? = nil
    ) throws(AccountError) -> ServiceAccount {
        if Files.isReadableByOthers(path) {
            throw .keyFile(path: path, problem: "can be read by others: chmod 600 '\(path)'")
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limitBytes: fileLimitBytes)
        } catch {
            throw .keyFile(path: path, problem: "cannot be read (\(error))")
        }
        return try ServiceAccount(
            keyFile: bytes, path: path, http: http, clock: clock,
            certificateAuthorityFile: certificateAuthorityFile)
    }

    /// An account from a key file's content; `path` is only for error texts.
    package init(
        keyFile: [UInt8], path: String, http: HTTPClient, clock: any DeviceClock,
        certificateAuthorityFile: String? = nil
    ) throws(AccountError) {
        let file = try Self.checked(keyFile, path)
        func text(_ name: String) throws(AccountError) -> String {
            guard let text = file[name]?.string, !text.isEmpty else {
                throw .keyFile(path: path, problem: "lacks '\(name)': download it again")
            }
            return text
        }
        email = try text("client_email")
        tokenAddress = try text("token_uri")
        guard Self.isSafe(tokenAddress) else {
            throw .keyFile(
                path: path, problem: "names a token_uri without https: download the file again")
        }
        do throws(CryptoError) {
            key = try SigningKey(pem: file["private_key"]?.string ?? "")
        } catch {
            throw .privateKey(path: path, error)
        }
        keyID = file["private_key_id"]?.string
        projectID = file["project_id"]?.string
        quotaProjectID = file["quota_project_id"]?.string
        self.path = path
        self.http = http
        self.clock = clock
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// Exchanges a signed claim for a token.
    package func issue() async throws(AccountError) -> IssuedToken {
        let service = "the token server for \(email)"
        var request = HTTPRequest("POST", tokenAddress)
        request.headers = [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")]
        // Nothing in the claim's alphabet needs escaping.
        let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        request.body = Array("grant_type=\(grant)&assertion=\(try claim())".utf8)
        request.certificateAuthorityFile = certificateAuthorityFile
        let response = try await TokenAnswer.ask(service, request, http)
        guard response.status == 200 else {
            throw TokenAnswer.refusal(
                service, response,
                advice: "check the machine's clock, and that the account exists, is enabled, and "
                    + "still has the key of '\(path)'")
        }
        return try TokenAnswer.accessToken(service, response)
    }

    private func claim() throws(AccountError) -> String {
        let now = clock.wall / 1_000_000_000
        let claims: JSONValue = [
            "iss": .string(email), "scope": .string(Self.scope), "aud": .string(tokenAddress),
            "iat": .int(now), "exp": .int(now + Self.claimSeconds),
        ]
        do throws(CryptoError) {
            return try JWT.signed(claims, keyID: keyID, by: key)
        } catch {
            throw .privateKey(path: path, error)
        }
    }

    private static func checked(
        _ bytes: [UInt8], _ path: String
    ) throws(AccountError) -> JSONValue {
        let file: JSONValue
        do throws(JSONError) {
            file = try JSONValue(parsing: bytes)
        } catch {
            throw .keyFile(path: path, problem: "is not JSON (\(error)): download it again")
        }
        let type = file["type"]?.string
        guard type == "service_account" else {
            let found = type.map { "holds a credential of type '\($0)'" } ?? "has no 'type'"
            throw .keyFile(
                path: path,
                problem: "\(found); the JSON key of a service account is needed: Google Cloud "
                    + "console, IAM, Service accounts, Keys")
        }
        return file
    }

    /// Whether a token may be sent to an address; without TLS only within this machine.
    private static func isSafe(_ address: String) -> Bool {
        if address.hasPrefix("https://") { return true }
        return ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains { local in
            address.hasPrefix(local) && [":", "/"].contains(address.dropFirst(local.count).first)
        }
    }
}
