package import WireCodec

/// Gives the credential for a request about to be made.
package protocol TokenSource: Sendable {
    /// A token that is still good for a moment; may wait for a server.
    ///
    /// Throws `AccountError`, or `CancellationError` when the task is cancelled.
    func token() async throws -> Secret
}

/// A token and how long it is good.
package struct IssuedToken: Sendable {
    /// For the header that carries it.
    package let token: Secret
    /// From the moment it was asked for.
    package let lifetime: Duration

    /// A token as a server gave it.
    package init(token: Secret, lifetime: Duration) {
        self.token = token
        self.lifetime = lifetime
    }
}

/// Makes new tokens, one each time it is asked.
package protocol TokenIssuer: Sendable {
    /// Asks for a new token, once; nothing is repeated or kept here.
    func issue() async throws(AccountError) -> IssuedToken
}
