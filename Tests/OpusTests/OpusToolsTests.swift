import Linux
import Opus
import Testing

/// Other programs read our files; where opus-tools is not installed, nothing runs.
@Suite(.timeLimit(.minutes(5)))
struct OpusToolsTests {
    static let isInstalled = Files.exists("/usr/bin/opusdec") && Files.exists("/usr/bin/opusinfo")

    private func run(_ arguments: [String]) async throws -> (code: ProcessExit, text: String) {
        let result = try await ChildProcess.run(
            Command(arguments: arguments, environment: [:], outputLimitBytes: 1 << 16),
            deadline: .seconds(30), grace: .seconds(1))
        return (
            result.exit,
            String(decoding: result.standardOutput + result.standardError, as: UTF8.self)
        )
    }

    @Test(
        "opusdec gives as many samples as were written, of the same sound",
        .enabled(if: isInstalled),
        arguments: OggOpusTests.lengths)
    func decoded(count: Int) async throws {
        // It rejects a stream without a sample.
        guard count > 0 else { return }
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-opus")
        defer { try? Files.removeTree(folder) }
        let tone = Tones.sine(500, rate: 16_000, count: count)
        let bytes = try OggOpusTests.write(tone, rate: 16_000)
        try Files.writeAtomically("\(folder)/a.opus", bytes, mode: 0o600)
        let info = try await run(["/usr/bin/opusinfo", "\(folder)/a.opus"])
        #expect(info.code == .exited(0), "\(info.text)")
        #expect(!info.text.contains("WARNING"), "\(info.text)")
        let decoding = try await run([
            "/usr/bin/opusdec", "--rate", "48000", "--no-dither", "\(folder)/a.opus",
            "\(folder)/a.raw",
        ])
        #expect(decoding.code == .exited(0), "\(decoding.text)")
        let raw = try Files.read("\(folder)/a.raw", limitBytes: 1 << 24)
        #expect(raw.count == 2 * 3 * count)
    }

    static let canMakeStereo =
        Files.exists("/usr/bin/opusenc") && Files.exists("/usr/bin/sox")

    @Test(
        "stereo from other encoders is decoded to one channel, from both",
        .enabled(if: canMakeStereo))
    func stereoAsOthersWriteIt() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-opus")
        defer { try? Files.removeTree(folder) }
        // A tone on one side only, so that the mean of both has half its level.
        let made = try await run([
            "/usr/bin/sox", "-n", "-r", "48000", "-c", "2", "-b", "16", "\(folder)/a.wav", "synth",
            "1", "sine", "500", "remix", "1", "0",
        ])
        #expect(made.code == .exited(0), "\(made.text)")
        let encoded = try await run([
            "/usr/bin/opusenc", "--quiet", "\(folder)/a.wav", "\(folder)/a.opus",
        ])
        #expect(encoded.code == .exited(0), "\(encoded.text)")
        let samples = try OggOpusReader.decode(
            try Files.read("\(folder)/a.opus", limitBytes: 1 << 20), rate: 24_000)
        #expect(samples.count == 24_000)
        let peak = samples.dropFirst(4_000).prefix(16_000).map { abs(Int32($0)) }.max() ?? 0
        #expect((8_000...24_000).contains(peak), "\(peak)")
    }
}
