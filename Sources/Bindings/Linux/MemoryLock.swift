private import CLinux

/// Keeps the program's memory from being swapped or dropped, so that no audio thread waits for a
/// page to come back from a card.
package enum MemoryLock {
    /// Releases the pages that only the start needed: settings, name tables and the linking of
    /// libraries are most of a small program's code.
    ///
    /// Pages that are used again come back from the page cache in microseconds, once. Call it
    /// before `lockAll`, which keeps resident pages for good. The corresponding C functions are
    /// `madvise` with `MADV_DONTNEED`, on the read-only parts of the program and its libraries, and
    /// `malloc_trim`.
    package static func releaseStartupPages() { martlet_release_startup_pages() }

    /// Locks all pages that the process touches from now on, for its whole life.
    ///
    /// Throws EPERM, with nothing changed, unless the limit is infinite (LimitMEMLOCK of the unit)
    /// or the process may ignore it: under a limit later allocations would fail. Memory that is
    /// mapped but never touched is not locked. The corresponding C function is `mlockall`.
    package static func lockAll() throws(SystemError) {
        try SystemError.check("mlockall") { martlet_lock_memory() }
    }
}
