internal import Linux

/// When opening a lost device is retried: at once, then with back-off.
///
/// A device that comes and goes repeatedly (a bad plug) resets the back-off only once it has stayed
/// open.
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

    /// Notes that the device was open for this time and ended with a code; 0: its user closed it.
    mutating func ended(_ code: Int32, afterMilliseconds milliseconds: Int64) {
        if code >= 0 || milliseconds >= Self.provenMilliseconds { wait = 0 }
    }
}

/// Describes to the owner why a device that worked was lost.
func lossText(_ device: String, _ direction: String, code: Int32) -> String {
    if code == PlaybackPort.stalledCode {
        return "\(direction) device \(device) has stalled; it is opened again"
    }
    let reason = SystemError(call: direction, code: -code)
    return "\(direction) device \(device) is gone (\(reason)); it is opened again when it returns"
}
