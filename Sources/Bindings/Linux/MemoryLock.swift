private import CLinux

/// Keeps the program's memory from being swapped or dropped, so that no audio thread waits for a
/// page to come back from a card.
package enum MemoryLock {
    /// Locks what the process touches from now on, for its whole life.
    ///
    /// Throws EPERM, with nothing changed, unless the limit is infinite (LimitMEMLOCK of the unit)
    /// or the process may ignore it: under a limit later allocations would fail. Memory that is
    /// mapped and never touched is not taken. The corresponding C function is `mlockall`.
    package static func lockAll() throws(SystemError) {
        try SystemError.check("mlockall") { martlet_lock_memory() }
    }
}
