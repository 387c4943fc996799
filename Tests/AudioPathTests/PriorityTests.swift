import AudioCore
import Glibc
import Linux
import Testing

@testable import AudioPath

@Suite(.timeLimit(.minutes(5)))
struct PriorityTests {
    /// SCHED_RESET_ON_FORK, which makes the thread's children ordinary threads.
    private static let ofChildren: Int32 = 0x4000_0000

    /// How a thread of this process is scheduled; nil if none has the name.
    private func policy(of name: String) -> Int32? {
        let threads = (try? Files.list("/proc/self/task")) ?? []
        let own = threads.first { thread in
            let path = "/proc/self/task/\(thread)/comm"
            let text = (try? Files.read(path, limitBytes: 100)) ?? []
            return String(decoding: text, as: UTF8.self) == "\(name)\n"
        }
        return own.flatMap { Int32($0) }.map { sched_getscheduler($0) }
    }

    @Test("a device is opened by an ordinary thread, which is real-time only while its loop runs")
    func opening() async throws {
        let folder = try AudioEngineTests.Folder()
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        setenv("ALSA_CONFIG_PATH", "/\(tests)/Support/asound.conf", 0)
        // Opening it blocks until a writer opens it.
        let path = folder.file("microphone")
        try #require(mkfifo(path, 0o600) == 0)
        var settings = AudioSettings()
        settings.capture.device = .alsa("martlet_microphone:\(path)")
        settings.playback.device = .null
        settings.realTimePriority = 5
        let engine = try AudioEngine(settings) { _ in }
        try engine.start()
        while policy(of: "capture") != SCHED_OTHER | Self.ofChildren { await Task.yield() }
        for _ in 0..<1000 {
            #expect(policy(of: "capture") == SCHED_OTHER | Self.ofChildren)
            #expect(engine.status().capture.grant == nil)
        }
        let writer = FileDescriptor(adopting: open(path, O_RDWR))
        try writer.writeAll([UInt8](repeating: 0, count: 60_000))
        let urgent = engine.status().isRealTime ? SCHED_FIFO : SCHED_OTHER
        while policy(of: "capture") != urgent | Self.ofChildren { await Task.yield() }
        #expect(engine.status().capture.grant != nil)
        _ = consume writer
        engine.stop()
    }
}
