/// One alarm on the executor that session and conversation share, with that executor's clock.
///
/// Not a `DeviceClock`: nothing may wait on that executor, and its time is that of samples and
/// edges, which stops while the machine is suspended.
package protocol LoopAlarm: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    var now: Int64 { get }
    /// Sets the one alarm, replacing the previous one; nil cancels it.
    ///
    /// `ring` is called on the executor at or after the time, at most once, and never from within
    /// this call.
    func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void)
}
