import Linux
package import WireCodec

/// A token that lets a client connect without a key (live-protocol.md section 7).
package struct EphemeralToken: Sendable, Equatable {
    /// `auth_tokens/…`: the name that the client presents.
    package var name: String
    /// How many new sessions may still be created with it; nil for any number.
    package var usesLeft: Int?
    /// No message is accepted after this (nanoseconds of the session's clock).
    package var expiresAt: Int64
    /// No new session is created after this (nanoseconds of the session's clock).
    package var newSessionsUntil: Int64
    /// The setup that it holds; nil leaves everything to the client.
    package var setup: JSONValue?
    /// Comma-separated paths that are taken from its setup; nil takes the whole.
    package var fieldMask: String?

    /// A token for one session, which must be created within a minute and may last half an hour.
    package init(name: String, at now: Int64) {
        self.name = name
        usesLeft = 1
        expiresAt = now + Duration.seconds(1800).nanoseconds
        newSessionsUntil = now + Duration.seconds(60).nanoseconds
    }

    /// The token with its times, which count from 0, moved to count from now.
    func aged(by now: Int64) -> EphemeralToken {
        var token = self
        token.expiresAt += now
        token.newSessionsUntil += now
        return token
    }

    /// The setup that applies when a client sends its own.
    package func merged(with client: JSONValue) -> JSONValue {
        guard let setup else { return client }
        let own = WireShape.normalized(setup)
        guard let fieldMask else { return own }
        var result = client
        for path in fieldMask.split(separator: ",") {
            let names = path.split(separator: ".").map { name in
                WireShape.camelCase(String(name.filter { $0 != " " }))
            }
            guard !names.isEmpty else { continue }
            result = Self.copying(names[...], from: own, into: result)
        }
        return result
    }

    /// A locked field that is missing in the token has its default, so the client's value is
    /// removed.
    private static func copying(
        _ path: ArraySlice<String>, from source: JSONValue?, into target: JSONValue?
    ) -> JSONValue {
        guard let name = path.first else { return source ?? .null }
        var members = target?.object ?? JSONObject()
        let inner = source?[name]
        if path.count == 1 {
            members[name] = inner
        } else {
            let merged = copying(path.dropFirst(), from: inner, into: members[name])
            // A `nil` beside a JSONValue would be JSON's null.
            let isNothing = merged.object?.isEmpty == true && inner == nil
            members[name] = isNothing ? JSONValue?.none : .some(merged)
        }
        return .object(members)
    }
}
