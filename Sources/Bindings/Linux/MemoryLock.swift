private import CLinux

/// Keeps the program's memory from being swapped or dropped, so that no audio thread waits for a
/// page to come back from a card.
package enum MemoryLock {
    /// Gives the pages back that only the start has needed: settings, name tables, the linking of
    /// libraries are most of a small program's code.
    ///
    /// What is used again comes back from the page cache in microseconds, once. To be called before
    /// `lockAll`, which keeps what is there for good. The corresponding C functions are `madvise`
    /// with `MADV_DONTNEED`, on the parts of the program and its libraries that nobody writes, and
    /// `malloc_trim`.
    package static func letStartGo() { martlet_let_start_go() }

    /// Locks what the process touches from now on, for its whole life.
    ///
    /// Throws EPERM, with nothing changed, unless the limit is infinite (LimitMEMLOCK of the unit)
    /// or the process may ignore it: under a limit later allocations would fail. Memory that is
    /// mapped and never touched is not taken. The corresponding C function is `mlockall`.
    package static func lockAll() throws(SystemError) {
        try SystemError.check("mlockall") { martlet_lock_memory() }
    }
}
