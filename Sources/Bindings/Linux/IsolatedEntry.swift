extension Actor {
    /// Like `assumeIsolated`, for code that runs with each message of a stream.
    ///
    /// `executor` must be the actor's own, and checks that the caller is on it: otherwise the
    /// program stops, as with `assumeIsolated`. The runtime's own check looks up the executor's
    /// conformances by name, in a dozen runtime functions for each call, which by then are no
    /// longer in the processor's cache.
    package nonisolated func isolated<Result>(
        by executor: any SerialExecutor, _ body: (isolated Self) throws -> Result
    ) rethrows -> Result {
        executor.checkIsolated()
        typealias Plain = (Self) throws -> Result
        return try withoutActuallyEscaping(body) { body in
            // The two types differ only in what the compiler checks, not in how they are called;
            // the standard library does the same.
            try unsafeBitCast(body, to: Plain.self)(self)
        }
    }
}
