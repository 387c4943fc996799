internal import ALSA

/// What both directions of a card must have in common, by the names of the devices that use them.
///
/// Many cards have one clock for both (WM8960 and other I2S codecs: `symmetric_rate` in
/// bcm2835-i2s.c and their own drivers; headsets of USB Audio Class 2: one clock source). If two
/// rates are requested, the second stream is refused or gets the rate of the first, or the first is
/// played at the rate of the second. So both request the same.
struct SharedCard: Equatable {
    /// The rate that every card with both directions has (Hz).
    static let commonRate: Int32 = 48_000

    /// The rate to request (Hz); nil: each direction its own.
    var rate: Int32?
    /// The sample format; nil: the cheapest.
    var format: SampleFormat?

    /// What a device must have in common with the other devices in use, all by ALSA names.
    ///
    /// Virtual cards have no common clock; on others a rate is left alone if both directions
    /// request the same.
    static func of(
        _ device: String, rate: Int32, beside others: [(name: String, rate: Int32)],
        cards: [SoundCard]
    ) -> SharedCard {
        guard let card = cards.first(where: { $0.isMeant(by: device) }), !card.pretends else {
            return SharedCard()
        }
        let asksTwice = others.contains { card.isMeant(by: $0.name) && $0.rate != rate }
        return SharedCard(
            rate: asksTwice ? commonRate : nil,
            format: card.hasBareMicrophone ? .bits32 : nil)
    }
}
