import TestInputs
import Testing

@testable import WireCodec

@Suite("The MIME types of raw samples")
struct AudioFormatTests {
    private func format(_ text: String) -> AudioFormat? {
        AudioFormat(mimeType: Array(text.utf8)[...])
    }

    @Test(
        "a type is read as RFC 2045 writes it",
        arguments: [
            ("audio/pcm", 24_000, 1), ("audio/pcm;rate=24000", 24_000, 1),
            ("audio/pcm; rate=24000", 24_000, 1), ("Audio/PCM; Rate=24000", 24_000, 1),
            ("audio/pcm;rate=24000;channels=1", 24_000, 1),
            ("audio/pcm;channels=1;rate=24000", 24_000, 1),
            ("audio/pcm;rate=\"24000\"", 24_000, 1), ("audio/L16;rate=24000", 24_000, 1),
            ("audio/L16;codec=pcm;rate=24000", 24_000, 1), ("audio/pcm;rate=16000", 16_000, 1),
            (" audio/l16 ; channels = 2 ; rate = 48000 ", 48_000, 2),
            ("audio/pcm;rate=24000;", 24_000, 1), ("audio/pcm;;bits=16", 24_000, 1),
            ("audio/pcm;novelty=1;rate=8000;flag", 8_000, 1),
        ])
    func types(text: String, rate: Int, channels: Int) {
        #expect(format(text) == AudioFormat(rate: rate, channels: channels))
    }

    @Test(
        "an unplayable type is no format",
        arguments: [
            "", ";", "audio/opus", "audio/ogg;codecs=opus", "audio/wav", "audio/pcmu", "text/plain",
            "audio/pcm;rate=0", "audio/pcm;rate=-24000", "audio/pcm;rate=7999",
            "audio/pcm;rate=9223372036854775808", "audio/pcm;rate=24000.5", "audio/pcm;rate=x",
            "audio/pcm;rate= ", "audio/pcm;channels=0", "audio/pcm;channels=9",
            "audio/pcm;channels=-1", "audio/pcm;bits=24", "audio/pcm;codec=opus",
        ])
    func others(text: String) {
        #expect(format(text) == nil)
    }

    @Test("random parameters and spaces change nothing")
    func decorations() {
        var random = SeededGenerator(seed: 20_261_130)
        for _ in 0..<500 {
            let rate = Int.random(in: 8_000...192_000, using: &random)
            let channels = Int.random(in: 1...8, using: &random)
            var parameters = ["rate=\(rate)", "channels=\(channels)"]
            let extras = Int.random(in: 0...3, using: &random)
            parameters += (0..<extras).map { "x-\($0)=\"a b\"" }
            parameters.shuffle(using: &random)
            let blanks = ["", " ", "\t", "  "]
            var pieces: [String] = []
            for piece in ["audio/pcm"] + parameters {
                let cased = Bool.random(using: &random) ? piece.uppercased() : piece
                let before = blanks.randomElement(using: &random) ?? ""
                pieces.append(before + cased + (blanks.randomElement(using: &random) ?? ""))
            }
            let text = pieces.joined(separator: ";")
            #expect(format(text) == AudioFormat(rate: rate, channels: channels), "\(text)")
        }
    }
}
