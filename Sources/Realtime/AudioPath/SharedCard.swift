internal import ALSA

/// What both ways of a card must have in common, by the names of the devices that use them.
///
/// Many cards have one clock for both (WM8960 and other I2S codecs: `symmetric_rate` in
/// bcm2835-i2s.c and their own drivers; headsets of USB Audio Class 2: one clock source). Asked for
/// two rates, the second stream is refused or given that of the first, or the first is played at
/// the second's. So both ask for one.
struct SharedCard: Equatable {
    /// What every card that has both ways has (Hz).
    static let commonRate: Int32 = 48_000

    /// The rate to ask for (Hz); nil: each way its own.
    var rate: Int32?
    /// How samples shall be; nil: as costs least.
    var format: SampleFormat?

    /// What a device has in common with those that are used beside it, all by ALSA's names.
    ///
    /// Cards that pretend have no clock in common; on others a rate that was asked for is not
    /// changed where both ask for the same.
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
