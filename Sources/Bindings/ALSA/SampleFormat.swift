internal import CALSA

/// How a device has its samples; the program's own are always 16-bit.
///
/// I2S microphones and converters often know nothing but 32 bits, or 24.
package enum SampleFormat: Sendable, Equatable, CaseIterable {
    /// 16 bits, little-endian: what needs no conversion, so it comes first.
    case bits16
    /// 32 bits, little-endian.
    case bits32
    /// 24 bits in three bytes.
    case bits24Packed
    /// 24 bits in the low bytes of four.
    case bits24

    /// Bytes of one sample.
    package var bytes: Int {
        switch self {
        case .bits16: 2
        case .bits24Packed: 3
        case .bits32, .bits24: 4
        }
    }

    /// As ALSA's tools call it: "S32_LE".
    package var name: String {
        switch self {
        case .bits16: "S16_LE"
        case .bits32: "S32_LE"
        case .bits24Packed: "S24_3LE"
        case .bits24: "S24_LE"
        }
    }

    var code: snd_pcm_format_t {
        switch self {
        case .bits16: SND_PCM_FORMAT_S16_LE
        case .bits32: SND_PCM_FORMAT_S32_LE
        case .bits24Packed: SND_PCM_FORMAT_S24_3LE
        case .bits24: SND_PCM_FORMAT_S24_LE
        }
    }
}
