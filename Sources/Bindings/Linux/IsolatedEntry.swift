extension Actor {
    /// As `assumeIsolated`, for what comes with each message of a stream.
    ///
    /// `executor` must be the actor's own, and is asked whether the caller is on it: off it the
    /// program stops, as there. The runtime's own question looks up by name what the executor
    /// conforms to, in a dozen functions of the runtime for each call, which by then have left the
    /// processor's cache.
    package nonisolated func isolated<Result>(
        by executor: any SerialExecutor, _ body: (isolated Self) throws -> Result
    ) rethrows -> Result {
        executor.checkIsolated()
        typealias Plain = (Self) throws -> Result
        return try withoutActuallyEscaping(body) { body in
            // The two types differ in what the compiler checks, and not in how they are called:
            // the standard library does the same.
            try unsafeBitCast(body, to: Plain.self)(self)
        }
    }
}
