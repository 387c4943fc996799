internal import ALSA
internal import Linux

/// Names the ALSA device that a setting means at this moment.
///
/// Used by the thread that opens the device, between two openings.
struct DeviceFinder {
    /// A device's name, why it was chosen if not by the owner, and what to request of it.
    struct Found {
        let name: String
        let reason: String?
        let request: PCMRequest
    }

    private var automatic: AutomaticDevice?
    private let fixed: String
    private let direction: StreamDirection
    private let settings: AudioSettings

    /// Nil for anything but an ALSA device.
    init?(_ settings: AudioSettings, _ direction: StreamDirection) {
        self.settings = settings
        self.direction = direction
        let device = settings.wish(direction).device
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
        let cards = SoundCard.all()
        guard automatic != nil else { return found(fixed, nil, cards) }
        let choice = automatic?.choose(from: cards, now: MonotonicClock.now())
        guard let choice else { throw MissingCard(direction: direction) }
        return found(choice.device, choice.reason, cards)
    }

    private func found(_ name: String, _ reason: String?, _ cards: [SoundCard]) -> Found {
        var request = settings.request(name, direction)
        let shared = SharedCard.of(
            name, rate: request.rate, beside: settings.beside(direction, cards: cards),
            cards: cards)
        if let rate = shared.rate { request = settings.request(name, direction, rate: rate) }
        request.format = settings.wish(direction).format ?? shared.format
        return Found(name: name, reason: reason, request: request)
    }
}

extension AudioSettings {
    /// What the owner must know about the format that was granted.
    func warning(of grant: PCMGrant, _ direction: StreamDirection) -> String? {
        guard grant.hasClock, let wish = wish(direction).format, wish != grant.format else {
            return nil
        }
        return "it has no \(wish.name) (audio.\(direction).format); \(grant.format.name) is used"
    }

    /// The devices of the other direction by their ALSA names, and the rates requested of them
    /// (Hz).
    ///
    /// What `auto` means there is chosen here again, by the rules of the thread that opens it.
    func beside(
        _ direction: StreamDirection, cards: [SoundCard]
    ) -> [(name: String, rate: Int32)] {
        let others =
            direction == .capture ? [playback] + (music.map { [$0] } ?? []) : [capture]
        let other: StreamDirection = direction == .capture ? .playback : .capture
        return others.compactMap { wish in
            switch wish.device {
            case .alsa(let name): return (name, wish.rate)
            case .automatic:
                var automatic = AutomaticDevice(other)
                return automatic.choose(from: cards, now: 0).map { ($0.device, wish.rate) }
            case .wav, .null: return nil
            }
        }
    }
}

/// The card that `auto` chose was removed.
struct MissingCard: Error, CustomStringConvertible {
    let direction: StreamDirection

    var description: String {
        "the \(direction) card that was chosen is gone; it is opened again when it returns, or "
            + "another as good"
    }
}
