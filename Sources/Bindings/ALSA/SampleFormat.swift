internal import CALSA

/// The sample format of a device; the program's own samples are always 16-bit.
///
/// I2S microphones and converters often have only 32 or 24 bits; USB converters that are opened as
/// `hw:` may have 20 or 18 bits, and some virtual devices only floating point. The cases are in the
/// order in which they are tried: the one that needs no conversion comes first.
package enum SampleFormat: Sendable, Equatable, CaseIterable {
    /// 16 bits, little-endian.
    case bits16
    /// 32 bits, little-endian.
    case bits32
    /// 24 bits in three bytes.
    case bits24Packed
    /// 24 bits in the low bytes of four.
    case bits24
    /// 20 bits in the low bits of three bytes.
    case bits20Packed
    /// 20 bits in the low bits of four bytes.
    case bits20
    /// 18 bits in the low bits of three bytes.
    case bits18Packed
    /// Floating point of 32 bits, from -1 to 1.
    case float

    /// The format with this name in ALSA's tools ("S32_LE"), in any case.
    package init?(name: String) {
        let wanted = name.uppercased()
        guard let found = Self.allCases.first(where: { $0.name == wanted }) else { return nil }
        self = found
    }

    /// Bytes of one sample.
    package var bytes: Int {
        switch self {
        case .bits16: 2
        case .bits24Packed, .bits20Packed, .bits18Packed: 3
        case .bits32, .bits24, .bits20, .float: 4
        }
    }

    /// Significant bits of one sample.
    var width: Int32 {
        switch self {
        case .bits16: 16
        case .bits18Packed: 18
        case .bits20Packed, .bits20: 20
        case .bits24Packed, .bits24: 24
        case .bits32, .float: 32
        }
    }

    /// The name in ALSA's tools: "S32_LE".
    package var name: String {
        switch self {
        case .bits16: "S16_LE"
        case .bits32: "S32_LE"
        case .bits24Packed: "S24_3LE"
        case .bits24: "S24_LE"
        case .bits20Packed: "S20_3LE"
        case .bits20: "S20_LE"
        case .bits18Packed: "S18_3LE"
        case .float: "FLOAT_LE"
        }
    }

    var code: snd_pcm_format_t {
        switch self {
        case .bits16: SND_PCM_FORMAT_S16_LE
        case .bits32: SND_PCM_FORMAT_S32_LE
        case .bits24Packed: SND_PCM_FORMAT_S24_3LE
        case .bits24: SND_PCM_FORMAT_S24_LE
        case .bits20Packed: SND_PCM_FORMAT_S20_3LE
        case .bits20: SND_PCM_FORMAT_S20_LE
        case .bits18Packed: SND_PCM_FORMAT_S18_3LE
        case .float: SND_PCM_FORMAT_FLOAT_LE
        }
    }
}
