import TestInputs
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("The sound of an answer, whatever its form")
struct ReplyAudioTests {
    /// A recognizable tone: interleaved samples, little-endian.
    private func tone(_ hertz: Double, rate: Int, channels: Int, count: Int) -> [UInt8] {
        (0..<count).flatMap { index -> [UInt8] in
            let phase = Double(index) * hertz / Double(rate)
            let sample = Int16(10_000 * wave(phase - phase.rounded(.down)))
            let low = UInt8(truncatingIfNeeded: sample)
            let high = UInt8(truncatingIfNeeded: sample >> 8)
            return (0..<channels).flatMap { _ in [low, high] }
        }
    }

    /// Near enough to a sine, from 0 to 1 and back over -1.
    private func wave(_ phase: Double) -> Double {
        let half = phase < 0.5 ? phase : phase - 0.5
        let arch = 16 * half * (0.5 - half)
        return phase < 0.5 ? arch : -arch
    }

    private func message(_ bytes: [UInt8], _ type: String, and more: String = "") -> [UInt8] {
        var text: [UInt8] = []
        Base64.append(bytes, to: &text)
        let data = String(decoding: text, as: UTF8.self)
        return Array(
            (#"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"\#(type)","#
                + #""data":"\#(data)"}}]}\#(more)}}"#).utf8)
    }

    /// How often the sound rises through zero, which is once a period.
    private func waves(_ samples: [Int16]) -> Int {
        zip(samples, samples.dropFirst()).count { $0 < 0 && $1 >= 0 }
    }

    private func end() -> [UInt8] { Array(#"{"serverContent":{"generationComplete":true}}"#.utf8) }

    @Test("an answer cut anywhere, also within samples, is whole")
    func cuts() {
        var random = SeededGenerator(seed: 20_261_130)
        for _ in 0..<50 {
            let bytes = (0..<4_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            var reply = ReplyAudio()
            var heard: [Int16] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...700, using: &random))
                rest = rest.dropFirst(piece.count)
                let read = ServerMessage.read(message(Array(piece), "audio/pcm;rate=24000"), &reply)
                #expect(read.notices.isEmpty && !read.hasUnplayableAudio)
                heard += read.audio
            }
            let whole = stride(from: 0, to: bytes.count, by: 2).map {
                Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
            }
            #expect(heard == whole)
        }
    }

    @Test(
        "an answer of another rate keeps its length and its pitch",
        arguments: [8_000, 16_000, 22_050, 44_100, 48_000, 192_000], [1, 2, 8])
    func rates(rate: Int, channels: Int) {
        // One second, in pieces that do not end at whole frames.
        let bytes = tone(440, rate: rate, channels: channels, count: rate)
        var reply = ReplyAudio()
        var heard: [Int16] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(9_973))
            rest = rest.dropFirst(piece.count)
            let type = "audio/pcm; rate=\(rate); channels=\(channels)"
            heard += ServerMessage.read(message(piece, type), &reply).audio
        }
        heard += ServerMessage.read(end(), &reply).audio
        #expect((23_900...24_100).contains(heard.count), "\(heard.count) samples")
        #expect((436...444).contains(waves(heard)), "\(waves(heard)) waves")
        let loudest = heard.map(\.magnitude).max() ?? 0
        #expect((9_000...11_500).contains(loudest), "as loud as it was sent")
    }

    @Test("after an interruption or an end nothing of the old answer is left")
    func fresh() {
        for more in [
            #","interrupted":true"#, #","generationComplete":true"#, #","turnComplete":true"#,
        ] {
            var reply = ReplyAudio()
            _ = ServerMessage.read(message([1, 2, 3], "audio/pcm", and: more), &reply)
            let next = ServerMessage.read(message([4, 0], "audio/pcm"), &reply)
            #expect(next.audio == [4])
        }
    }

    @Test("a type that cannot be played is reported once, and all its pieces are recognized")
    func unplayable() {
        var reply = ReplyAudio()
        var notices: [String] = []
        for _ in 0..<50 {
            let read = ServerMessage.read(message([1, 2], "audio/opus"), &reply)
            #expect(read.audio.isEmpty && read.hasUnplayableAudio)
            notices += read.notices
        }
        #expect(notices.count == 1)
        #expect(notices.first?.contains("audio/opus") == true)
    }

    @Test("endless types are not all remembered")
    func manyTypes() {
        var reply = ReplyAudio()
        let notices = (0..<1_000).flatMap {
            ServerMessage.read(message([1, 2], "audio/x-\($0)"), &reply).notices
        }
        #expect(notices.count == 8)
    }
}
