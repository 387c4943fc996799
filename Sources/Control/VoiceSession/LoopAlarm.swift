/// One alarm on the executor that session and conversation share, and the time by which it rings.
///
/// No `DeviceClock`: nobody may wait on that executor, and its time is that of samples and edges,
/// which stands still while the machine is suspended.
package protocol LoopAlarm: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    var now: Int64 { get }
    /// Sets the one alarm, replacing the one before; nil takes it back.
    ///
    /// `ring` is called on the executor at or after the time, at most once, never from within.
    func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void)
}
