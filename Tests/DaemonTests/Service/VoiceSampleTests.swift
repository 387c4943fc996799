import AllToolKinds
import AudioCore
import Configuration
import Linux
import Live
import Testing

@testable import Daemon

@Suite("A voice cloned from a recording")
struct VoiceSampleTests {
    private func settings(_ lines: String) throws -> Settings {
        try SettingsFile.settings(from: [("t", "[live]\n\(lines)")])
    }

    private func file(_ folder: String, rate: Int32, channels: Int32 = 1) throws -> String {
        let path = "\(folder)/\(rate)-\(channels).wav"
        let samples = [UInt8](repeating: 7, count: 2 * Int(rate) * Int(channels))
        let bytes =
            WAVFile.header(rate: rate, channels: channels, dataBytes: samples.count) + samples
        try Files.writeAtomically(path, bytes, mode: 0o600)
        return path
    }

    @Test("the recording is sent unchanged, and the consent with it")
    func isRead() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-voice")
        defer { try? Files.removeTree(folder) }
        let path = try file(folder, rate: 24_000)
        let (voice, complaints) = VoiceSample.read(
            try settings("voice_sample_file = \"\(path)\"\nvoice_consent_file = \"\(path)\""))
        let bytes = try Files.read(path, limitBytes: 1 << 20)
        #expect(voice?.sample == bytes)
        #expect(voice?.consent == bytes)
        #expect(complaints == [])
    }

    @Test(
        "a recording that the service would refuse is reported, and the usual voice is used",
        arguments: [(48_000 as Int32, 1 as Int32), (24_000, 2), (16_000, 1)])
    func otherFormat(rate: Int32, channels: Int32) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-voice")
        defer { try? Files.removeTree(folder) }
        let path = try file(folder, rate: rate, channels: channels)
        let (voice, complaints) = VoiceSample.read(try settings("voice_sample_file = \"\(path)\""))
        #expect(voice == nil)
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("-r 24000 -c 1") == true, "\(complaints)")
    }

    @Test("a missing, foreign or far too long file is reported, and nothing crashes")
    func hostile() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-voice")
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/text", Array("hello".utf8), mode: 0o600)
        try Files.writeAtomically(
            "\(folder)/long", [UInt8](repeating: 0, count: 2_000_000), mode: 0o600)
        for name in ["nothing", "text", "long"] {
            let (voice, complaints) = VoiceSample.read(
                try settings("voice_sample_file = \"\(folder)/\(name)\""))
            #expect(voice == nil)
            #expect(complaints.first?.contains("live.voice_sample_file") == true, "\(complaints)")
        }
    }
}
