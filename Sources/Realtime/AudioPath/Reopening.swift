internal import Linux

/// When a device that is gone is tried again: at once, then ever later.
///
/// One that comes and goes all the time (a bad plug) is not taken as back until it has stayed.
struct Reopening {
    static let firstMilliseconds: Int32 = 100
    static let longestMilliseconds: Int32 = 5000
    /// A device that was open for this time worked.
    static let provenMilliseconds: Int64 = 5000

    private var wait: Int32 = 0

    /// The wait before the next try (milliseconds).
    mutating func next() -> Int32 {
        defer { wait = min(max(Self.firstMilliseconds, wait * 2), Self.longestMilliseconds) }
        return wait
    }

    /// The device was open for this time, and ended with a code; 0: it was closed by its user.
    mutating func ended(_ code: Int32, afterMilliseconds milliseconds: Int64) {
        if code >= 0 || milliseconds >= Self.provenMilliseconds { wait = 0 }
    }
}

/// What is wrong with a device that worked and does not any more, in words for its owner.
func lossText(_ device: String, _ direction: String, code: Int32) -> String {
    if code == PlaybackPort.stalledCode {
        return "\(direction) device \(device) stands still; it is opened again"
    }
    let reason = SystemError(call: direction, code: -code)
    return "\(direction) device \(device) is gone (\(reason)); it is opened again when it returns"
}
