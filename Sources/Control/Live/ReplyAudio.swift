internal import SpeexDSP
internal import WireCodec

/// Converts an answer's sound, piece by piece, to what the device plays: mono at 24 kHz.
///
/// The service nearly always sends that format. It may also change the rate or the channels, which
/// are converted, and split the data between two messages anywhere: the bytes of an incomplete
/// sample wait for the next piece.
package struct ReplyAudio: ~Copyable, Sendable {
    /// The number of unplayable types that are remembered as reported.
    private static let troubleLimit = 8

    /// The state of one answer's conversion.
    private final class Conversion: Sendable {
        /// The quality (of 10); speech sounds no better above it.
        private static let quality: Int32 = 4

        let resampler: Resampler

        init(from rate: Int) throws(ResamplerError) {
            resampler = try Resampler(
                from: Int32(rate), to: Int32(AudioFormat.output.rate), quality: Self.quality)
        }
    }

    private var format = AudioFormat.output
    /// The bytes of an incomplete sample or frame.
    private var rest: [UInt8] = []
    private var conversion: Conversion?
    private var troubles: Set<String> = []

    /// No audio has come yet.
    package init() {}

    /// Whether pieces in the service's own format can be used as they are.
    var isPlain: Bool { rest.isEmpty && conversion == nil }

    /// Whether this unplayable type was not reported before.
    mutating func isNewTrouble(_ type: String) -> Bool {
        troubles.count < Self.troubleLimit && troubles.insert(type).inserted
    }

    /// Takes the next bytes of the answer and appends their samples.
    mutating func append(_ bytes: [UInt8], _ format: AudioFormat, to samples: inout [Int16]) {
        if format != self.format {
            end(to: &samples)
            self.format = format
            if format.rate != AudioFormat.output.rate {
                // Both rates are in the range of `AudioFormat`, which the resampler's includes.
                conversion = try? Conversion(from: format.rate)
            }
        }
        rest += bytes
        let momentBytes = 2 * format.channels
        let count = rest.count / momentBytes
        let mono = (0..<count).map { Self.mean(rest, at: $0 * momentBytes, format.channels) }
        rest.removeFirst(count * momentBytes)
        convert(mono, to: &samples)
    }

    /// The answer is complete or cut: appends what the conversion holds back, and resets.
    mutating func end(to samples: inout [Int16]) {
        if let held = conversion?.resampler.latencyFrames {
            convert([Int16](repeating: 0, count: held), to: &samples)
        }
        rest = []
        conversion = nil
        format = .output
    }

    private mutating func convert(_ mono: [Int16], to samples: inout [Int16]) {
        guard let conversion else { return samples += mono }
        conversion.resampler.append(mono, to: &samples)
    }

    /// The mean of one frame's samples, which begin at a byte.
    private static func mean(_ bytes: [UInt8], at start: Int, _ channels: Int) -> Int16 {
        var sum = 0
        for channel in 0..<channels {
            let low = Int(bytes[start + 2 * channel])
            let high = Int(Int8(bitPattern: bytes[start + 2 * channel + 1]))
            sum += high << 8 | low
        }
        return Int16(clamping: sum / channels)
    }
}
