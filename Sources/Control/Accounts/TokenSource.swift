package import WireCodec

/// Provides the credential for a request that is about to be made.
package protocol TokenSource: Sendable {
    /// A token that is valid for at least a moment; may wait for a server.
    ///
    /// Throws `AccountError`, or `CancellationError` when the task is cancelled.
    func token() async throws -> Secret
}

/// A token and its lifetime.
package struct IssuedToken: Sendable {
    /// The token; only for the header that carries it.
    package let token: Secret
    /// Its lifetime from the time of the request.
    package let lifetime: Duration

    /// A token as a server gave it.
    package init(token: Secret, lifetime: Duration) {
        self.token = token
        self.lifetime = lifetime
    }
}

/// Makes new tokens, one per request.
package protocol TokenIssuer: Sendable {
    /// Requests a new token, once; nothing is retried or cached here.
    func issue() async throws(AccountError) -> IssuedToken
}
