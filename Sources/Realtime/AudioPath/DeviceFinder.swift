internal import ALSA
internal import Linux

/// Names the ALSA device that a setting means at this moment.
///
/// Used by the thread that opens the device, between two openings.
struct DeviceFinder {
    /// A device by its name, and why it where that was not the owner's choice.
    struct Found {
        let name: String
        let reason: String?
    }

    private var automatic: AutomaticDevice?
    private let fixed: String
    private let direction: StreamDirection

    /// Nil for what is no ALSA device.
    init?(_ device: SoundDevice, _ direction: StreamDirection) {
        self.direction = direction
        switch device {
        case .automatic:
            automatic = AutomaticDevice(direction)
            fixed = "\(device)"
        case .alsa(let name): fixed = name
        case .wav, .null: return nil
        }
    }

    /// The device to open now; throws while a card that was chosen before is awaited.
    mutating func find() throws(MissingCard) -> Found {
        guard automatic != nil else { return Found(name: fixed, reason: nil) }
        let choice = automatic?.choose(from: SoundCard.all(), now: MonotonicClock.now())
        guard let choice else { throw MissingCard(direction: direction) }
        return Found(name: choice.device, reason: choice.reason)
    }
}

/// The card that `auto` chose is gone.
struct MissingCard: Error, CustomStringConvertible {
    let direction: StreamDirection

    var description: String {
        "the \(direction) card that was chosen is gone; it is opened again when it returns, or "
            + "another as good"
    }
}
