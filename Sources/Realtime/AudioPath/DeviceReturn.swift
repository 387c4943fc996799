internal import ALSA
internal import Linux

/// Lets a thread that lost its device wait until the device may be back, rather than for the next
/// try.
///
/// A kernel card's node appears when it is plugged in, and is closed when another program releases
/// it. For everything else, and where nothing can be watched, the timed tries remain.
///
/// Used by the thread that opens the device, while it has none; only `arm` allocates.
struct DeviceReturn {
    /// Where the nodes of ALSA's devices are.
    static let folder = "/dev/snd"
    /// The time to settle (milliseconds): a card's nodes appear one after the other, and get their
    /// owner after that.
    ///
    /// It is also the least time between two tries, whatever happens to the nodes.
    static let settleMilliseconds: Int32 = 50

    private let nodes: SoundNodeWatch?
    /// Whether the device may be back.
    private(set) var isDue = false

    init(_ direction: StreamDirection, folder: String = Self.folder) {
        nodes = try? SoundNodeWatch(
            folder: folder, direction == .capture ? .capture : .playback)
    }

    /// Called before a try to open the device: what happens from now on counts.
    mutating func arm() {
        isDue = false
        nodes?.arm()
    }

    /// Called after the try has failed; nodes that the try itself closed do not count.
    mutating func tried() { isDue = nodes?.take().contains(.came) ?? false }

    /// Checks whether the device may be back.
    mutating func look() {
        if nodes?.take().isEmpty == false { isDue = true }
    }

    /// Waits until the device may be back, until a signal, which it consumes, or until the
    /// time-out.
    mutating func wait(milliseconds: Int32, orUntil wake: EventFD) {
        guard !isDue else { return }
        guard let nodes else {
            _ = wake.wait(timeoutMilliseconds: milliseconds)
            return
        }
        isDue = nodes.wait(timeoutMilliseconds: milliseconds, orUntil: wake)
    }

    /// Ends a wait: gives a device that may be back time to settle.
    func settle(orUntil wake: EventFD) {
        if isDue { _ = wake.wait(timeoutMilliseconds: Self.settleMilliseconds) }
    }
}
