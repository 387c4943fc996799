internal import ALSA

/// Which card `auto` means, and why.
///
/// The order of preference: real hardware before virtual cards; anything before HDMI, whose screen
/// is mostly off or mute; a card with both microphone and loudspeaker, whose common clock lets the
/// echo be found; a card that was plugged in or put on before the board's own jack; the smaller
/// number.
///
/// A chosen card that was removed is given time to return before another is chosen, and never is a
/// worse one chosen: after a USB device has dropped off, a screen must not talk.
struct AutomaticDevice {
    /// How long a removed card is awaited (nanoseconds): a hub that restarts takes seconds.
    static let patienceNanoseconds: Int64 = 10_000_000_000
    /// What is tried on a machine without cards: a sound server may stand behind it.
    static let withoutCards = "default"

    /// A device, and why it was chosen.
    struct Choice: Equatable {
        let device: String
        let reason: String
    }

    private let direction: StreamDirection
    private var chosen: (id: String, rank: [Int])?
    private var missingSince: Int64?

    init(_ direction: StreamDirection) { self.direction = direction }

    /// The device to open among the cards that exist now (nanoseconds, CLOCK_MONOTONIC); nil while
    /// a card that was chosen before is awaited.
    mutating func choose(from cards: [SoundCard], now: Int64) -> Choice? {
        let able = cards.filter { !$0.devices(direction).isEmpty }
            .sorted { rank($0).lexicographicallyPrecedes(rank($1)) }
        if let chosen {
            if let same = able.first(where: { $0.id == chosen.id }) {
                return take(same, among: able)
            }
            let since = missingSince ?? now
            missingSince = since
            let isAwaited = now - since < Self.patienceNanoseconds
            guard !isAwaited, let best = able.first,
                !chosen.rank.lexicographicallyPrecedes(kindRank(best))
            else { return nil }
            return take(best, among: able)
        }
        guard let best = able.first else {
            return Choice(device: Self.withoutCards, reason: "no card has a \(word)")
        }
        return take(best, among: able)
    }

    private mutating func take(_ card: SoundCard, among able: [SoundCard]) -> Choice {
        chosen = (card.id, kindRank(card))
        missingSince = nil
        let device = usable(card).first ?? card.devices(direction)[0]
        let others = able.filter { $0.id != card.id }.map(\.id)
        let rest =
            others.isEmpty
            ? "the only card with a \(word)"
            : "\(merit(card)), before \(others.joined(separator: ", "))"
        // A card that takes only IEC958 frames is reached by the name of the plugin that makes
        // them.
        let kind = direction == .playback && card.isDigitalOnly ? "hdmi" : "plughw"
        return Choice(
            device: "\(kind):CARD=\(card.id),DEV=\(device.number)",
            reason: "\(card.name): \(rest)")
    }

    private var word: String { direction == .capture ? "microphone" : "loudspeaker" }

    private func merit(_ card: SoundCard) -> String {
        if card.pretends { return "none is real hardware" }
        if usable(card).isEmpty { return "there is HDMI only" }
        if !card.captures.isEmpty, !card.playbacks.isEmpty {
            return "it has microphone and loudspeaker"
        }
        return Self.isJack(card) ? "the board's own jack" : "a card with a \(word)"
    }

    // MARK: - Ranks: the smaller the better

    private func rank(_ card: SoundCard) -> [Int] { kindRank(card) + [Int(card.number)] }

    private func kindRank(_ card: SoundCard) -> [Int] {
        let hasBoth = !card.captures.isEmpty && !card.playbacks.isEmpty
        let isPlugged = card.driver == "USB-Audio"
        return [
            card.pretends ? 1 : 0, usable(card).isEmpty ? 1 : 0, hasBoth ? 0 : 1,
            Self.isJack(card) ? 2 : (isPlugged ? 0 : 1),
        ]
    }

    /// The devices that do not end in a screen.
    private func usable(_ card: SoundCard) -> [SoundCard.Device] {
        if Self.isScreen("\(card.driver) \(card.id)") { return [] }
        return card.devices(direction).filter { !Self.isScreen($0.name) }
    }

    private static func isScreen(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.contains("hdmi") || text.contains("displayport")
    }

    private static func isJack(_ card: SoundCard) -> Bool { card.driver.hasPrefix("bcm2835") }
}
