import AudioCore
import Linux
import Sounds
import Testing

@testable import Daemon

/// The owner's own sounds.
struct SoundFolderTests {
    @Test("a folder's sounds replace the device's, at any rate, and a bad file is reported once")
    func folder() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-sounds")
        defer { try? Files.removeTree(folder) }
        let beep = [Int16](repeating: 8000, count: 4800)
        try Files.writeAtomically(
            "\(folder)/done.wav", WAVFile(rate: 48_000, channels: 1, samples: beep).bytes,
            mode: 0o600)
        try Files.writeAtomically(
            "\(folder)/listening.wav", WAVFile(rate: 24_000, channels: 2, samples: beep).bytes,
            mode: 0o600)
        try Files.writeAtomically("\(folder)/error.opus", Array("no sound".utf8), mode: 0o600)
        try Files.writeAtomically(
            "\(folder)/muted.wav",
            WAVFile(rate: 24_000, channels: 1, samples: [0, 0]).bytes, mode: 0o600)
        let (sounds, complaints) = SoundFolder.read(folder, rate: 24_000)
        #expect(Set(sounds.keys) == [.done, .listening])
        #expect(sounds[.done].map { abs($0.count - 2400) <= 1 } ?? false)
        #expect(sounds[.listening]?.count == 2400)
        #expect(complaints.count == 2)
        #expect(complaints.contains { $0.contains("error.opus") && $0.contains("own sound") })
        #expect(complaints.contains { $0.contains("muted.wav") })
    }

    @Test("a path that is no folder is reported, and the device's own sounds are used")
    func noFolder() {
        let (sounds, complaints) = SoundFolder.read("/martlet/no/such/folder", rate: 24_000)
        #expect(sounds.isEmpty)
        #expect(complaints.count == 1)
    }
}
