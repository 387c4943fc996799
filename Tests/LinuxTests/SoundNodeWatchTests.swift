import Linux
import Testing

@Suite("Watching for sound devices")
struct SoundNodeWatchTests {
    private let parent: String
    private var folder: String { "\(parent)/snd" }

    init() throws { parent = try Files.makeTemporaryDirectory(prefix: "martlet-nodes") }

    private func touch(_ name: String) throws {
        try Files.writeAtomically("\(folder)/\(name)", [1], mode: 0o600)
    }

    @Test("a new node is reported, for its own direction only")
    func comes() throws {
        defer { try? Files.removeTree(parent) }
        try Files.makeDirectory(folder, mode: 0o700)
        let capture = try SoundNodeWatch(folder: folder, .capture)
        let playback = try SoundNodeWatch(folder: folder, .playback)
        #expect(capture.take().isEmpty)
        try touch("controlC0")
        #expect(capture.take().isEmpty)
        try touch("pcmC0D0c")
        #expect(capture.take().contains(.came))
        #expect(capture.take().isEmpty, "it was taken")
        #expect(playback.take().isEmpty)
    }

    @Test("the folder itself may appear, with the first card")
    func folderComes() throws {
        defer { try? Files.removeTree(parent) }
        let watch = try SoundNodeWatch(folder: folder, .playback)
        try Files.makeDirectory(folder, mode: 0o700)
        #expect(watch.take().contains(.came))
        watch.arm()
        try touch("pcmC1D0p")
        #expect(watch.take().contains(.came))
    }

    @Test("a node that a program releases is reported as released")
    func released() throws {
        defer { try? Files.removeTree(parent) }
        try Files.makeDirectory(folder, mode: 0o700)
        try touch("pcmC0D0p")
        let watch = try SoundNodeWatch(folder: folder, .playback)
        _ = try Files.read("\(folder)/pcmC0D0p", limitBytes: 10)
        #expect(watch.take() == .released)
    }

    @Test("a wait ends with a node, or with a signal, which is consumed")
    func wait() throws {
        defer { try? Files.removeTree(parent) }
        try Files.makeDirectory(folder, mode: 0o700)
        let watch = try SoundNodeWatch(folder: folder, .capture)
        let wake = try EventFD()
        #expect(!watch.wait(timeoutMilliseconds: 0, orUntil: wake))
        let waiting = try EventFD()
        let came = try EventFD()
        let thread = try OwnedThread(name: "waiter", priority: .normal) {
            waiting.signal()
            if watch.wait(timeoutMilliseconds: 60_000, orUntil: wake) { came.signal() }
        }
        #expect(waiting.wait(timeoutMilliseconds: 60_000))
        try touch("pcmC0D1p")
        try touch("pcmC0D1c")
        #expect(came.wait(timeoutMilliseconds: 60_000))
        thread.join()
        wake.signal()
        #expect(!watch.wait(timeoutMilliseconds: -1, orUntil: wake))
        #expect(!wake.wait(timeoutMilliseconds: 0))
    }
}
