package import WireCodec

/// The identity a session shows to its service; sent in headers, never in the address, since
/// addresses end up in logs.
package enum Authorization: Sendable {
    /// An account's lasting key.
    case key(Secret)
    /// A token for a short time, which may be limited to some setups.
    case ephemeralToken(Secret)
    /// OAuth; the project that pays, where the credential names one.
    case bearer(Secret, quotaProject: String?)
}

/// How a session gets its authorization for each new connection.
package enum SessionCredential: Sendable {
    /// The same for all.
    case fixed(Authorization)
    /// Asked for before each connection, off the session's executor, because it expires or its owner
    /// may still have to put it there. A `SessionFailure` ends the session until `connect`; after
    /// any other error it tries again.
    case renewed(@Sendable () async throws -> Authorization)
}
