internal import ALSA
internal import Linux

/// Has a thread whose device is gone wait until it may be back, rather than for the next try.
///
/// A kernel card's node comes when it is plugged in, and is closed when another program lets go of
/// it. For everything else, and where nothing can be watched, the tries in time remain.
///
/// Used by the thread that opens the device, while it has none; allocates at most in `arm`.
struct DeviceReturn {
    /// Where the nodes of ALSA's devices are.
    static let folder = "/dev/snd"
    /// The nodes of a card come one after the other, and their owner after that; also the least
    /// time between two tries, whatever happens to the nodes (milliseconds).
    static let settleMilliseconds: Int32 = 50

    private let nodes: SoundNodeWatch?
    /// It may be back.
    private(set) var isDue = false

    init(_ direction: StreamDirection, folder: String = Self.folder) {
        nodes = try? SoundNodeWatch(
            folder: folder, direction == .capture ? .capture : .playback)
    }

    /// Before a try to open the device: what happens from now on counts.
    mutating func arm() {
        isDue = false
        nodes?.arm()
    }

    /// After the try has failed; what it has closed itself does not count.
    mutating func tried() { isDue = nodes?.take().contains(.came) ?? false }

    /// Looks whether the device may be back.
    mutating func look() {
        if nodes?.take().isEmpty == false { isDue = true }
    }

    /// Waits until it may be, or for a signal, which is taken, or until the time is over.
    mutating func wait(milliseconds: Int32, orUntil wake: EventFD) {
        guard !isDue else { return }
        guard let nodes else {
            _ = wake.wait(timeoutMilliseconds: milliseconds)
            return
        }
        isDue = nodes.wait(timeoutMilliseconds: milliseconds, orUntil: wake)
    }

    /// Ends a wait: gives a device that may be back its moment.
    func settle(orUntil wake: EventFD) {
        if isDue { _ = wake.wait(timeoutMilliseconds: Self.settleMilliseconds) }
    }
}
