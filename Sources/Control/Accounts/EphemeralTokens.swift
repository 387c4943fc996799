package import Curl
package import Linux
internal import ModelTypes
package import WireCodec

/// Which parts of a session an ephemeral token determines, whichever client holds it.
package enum LockedFields: Sendable, Equatable {
    /// The whole setup comes from the token; the client's own is ignored.
    case everything
    /// The fields that the token's setup has; the client decides the rest.
    case given
    /// As `given`, and these fields, in the wire's or in Python's spelling; empty means unset.
    case givenAnd([String])
}

/// The permissions of a requested ephemeral token.
package struct EphemeralTokenRequest: Sendable {
    /// How many sessions it may start, 0 for any number; resuming one does not count.
    package var uses: Int = 1
    /// How long sessions may run, up to 20 hours; nil takes the server's default of half an hour.
    package var lifetime: Duration?
    /// How long it may start sessions, up to 20 hours; nil takes the server's default of a minute.
    package var startWithin: Duration?
    /// The session's setup in the wire format, without the outer name `setup`; nil sets nothing.
    package var setup: JSONObject?
    /// The part of the setup that the holder cannot change.
    package var lock: LockedFields = .everything

    /// A token for one session, which its holder sets up.
    package init() {}
}

/// Makes short-lived tokens that a device can hold instead of the API key.
package struct EphemeralTokens: Sendable {
    /// The API's own host.
    package static let defaultBase = "https://generativelanguage.googleapis.com"
    /// live-protocol.md section 7: the version under which tokens are known to work.
    package static let defaultVersion = "v1alpha"
    /// The service accepts no longer times.
    package static let longestLifetime: Duration = .seconds(20 * 60 * 60)

    /// The host's address.
    package var base = Self.defaultBase
    /// The API's version.
    package var version = Self.defaultVersion
    /// A PEM file with the only trusted authorities; nil trusts the system's.
    package var certificateAuthorityFile: String?

    private let key: Secret
    private let http: HTTPClient
    private let clock: any DeviceClock

    /// Tokens that are made with an API key.
    package init(key: Secret, http: HTTPClient, clock: any DeviceClock) {
        self.key = key
        self.http = http
        self.clock = clock
    }

    /// Makes a token; its text begins with `auth_tokens/`.
    ///
    /// A request is never repeated: a token whose answer was lost may exist.
    package func create(_ wish: EphemeralTokenRequest) async throws(AccountError) -> Secret {
        let service = "the token service of the Gemini API"
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        var request = HTTPRequest("POST", "\(trimmed)/\(version)/auth_tokens")
        request.headers = [
            HTTPHeader("Content-Type", "application/json"),
            HTTPHeader("x-goog-api-key", key.revealed),
        ]
        request.body = Array(try JSONValue.object(body(wish)).serialized.utf8)
        request.certificateAuthorityFile = certificateAuthorityFile
        let response = try await TokenAnswer.ask(service, request, http)
        guard response.status == 200 else {
            throw TokenAnswer.refusal(
                service, response,
                advice: "check the API key, the API version '\(version)' and the locked fields")
        }
        let answer = try TokenAnswer.object(service, response)
        guard let name = answer["name"]?.string, name.hasPrefix("auth_tokens/"),
            TokenAnswer.isToken(name)
        else {
            throw .malformedAnswer(service: service, problem: "no name of a token")
        }
        return Secret(name)
    }

    private func body(_ wish: EphemeralTokenRequest) throws(AccountError) -> JSONObject {
        guard wish.uses >= 0 else {
            throw .malformedRequest("\(wish.uses) uses; 1 or more, or 0 for any number")
        }
        var body: JSONObject = ["uses": .int(Int64(wish.uses))]
        body["expireTime"] = try time(in: wish.lifetime)
        body["newSessionExpireTime"] = try time(in: wish.startWithin)
        body["bidiGenerateContentSetup"] = wish.setup.map { .object($0) }
        body["fieldMask"] = FieldMask.text(wish.setup, wish.lock).map { .string($0) }
        return body
    }

    private func time(in duration: Duration?) throws(AccountError) -> JSONValue? {
        guard let duration else { return nil }
        guard duration > .zero, duration <= Self.longestLifetime else {
            throw .malformedRequest("a life of \(duration); up to \(Self.longestLifetime)")
        }
        let moment = clock.wall + duration.nanoseconds
        return .string(WallClock.universalTime(at: moment).iso8601)
    }
}
