import Linux
import Testing
import VoiceSession

@testable import Daemon

/// Removal of old or surplus recordings.
struct TurnRecorderTests {
    private static let day: Int64 = 86_400_000_000_000

    @Test("recordings older than the limit are removed, the others stay")
    func age() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-recordings")
        defer { try? Files.removeTree(folder) }
        let now = WallClock.now()
        func name(daysAgo: Int64) -> String {
            let time = WallClock.localTime(at: now - daysAgo * Self.day).iso8601
            return String(time.map { $0 == ":" ? "-" : $0 }) + "-1-words.opus"
        }
        for days in [Int64(1), 6, 8, 400] {
            try Files.writeAtomically(
                "\(folder)/\(name(daysAgo: days))", [1, 2, 3], mode: 0o600)
        }
        try Files.writeAtomically("\(folder)/notes.txt", [1], mode: 0o600)
        let recorder = try TurnRecorder(
            directory: folder, rates: SessionRates(input: 16_000, output: 24_000),
            limitMegabytes: 1, limitDays: 7, log: Log(level: .error), now: { now })
        await recorder.tidy()
        #expect(
            Set(try Files.list(folder)) == [name(daysAgo: 1), name(daysAgo: 6), "notes.txt"])
    }
}
