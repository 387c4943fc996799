package import WireCodec

/// The identity a session shows to its service; sent in headers, never in the address, since
/// addresses end up in logs.
package enum Authorization: Sendable {
    /// An account's long-lived key.
    case key(Secret)
    /// A short-lived token, which may be restricted to certain setups.
    case ephemeralToken(Secret)
    /// An OAuth token, and the project that is billed, where the credential names one.
    case bearer(Secret, quotaProject: String?)
}

/// How a session gets its authorization for each new connection.
package enum SessionCredential: Sendable {
    /// The same for every connection.
    case fixed(Authorization)
    /// Requested before each connection, off the session's executor, because it expires or the
    /// owner may not have installed it yet. A `SessionFailure` ends the session until `connect`;
    /// after any other error it tries again.
    case renewed(@Sendable () async throws -> Authorization)
}
