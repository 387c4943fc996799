import Linux
import Testing

@testable import ALSA

/// Uses files in the kernel's format.
@Suite("Who holds a sound card")
struct CardHolderTests {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-holders") }

    private func write(_ path: String, _ text: String) throws {
        let parts = path.split(separator: "/").dropLast()
        for count in 1...parts.count {
            let parent = "\(folder)/\(parts.prefix(count).joined(separator: "/"))"
            if !Files.exists(parent) { try Files.makeDirectory(parent, mode: 0o700) }
        }
        try Files.writeAtomically("\(folder)/\(path)", Array(text.utf8), mode: 0o600)
    }

    private func holders(_ direction: StreamDirection) -> [CardHolder] {
        CardHolder.all(direction, sound: "\(folder)/asound", processes: "\(folder)/proc")
    }

    @Test("it is named by its program and its process, not by the thread that opened the card")
    func program() throws {
        defer { try? Files.removeTree(folder) }
        try write("asound/cards", " 0 [Headset        ]: USB-Audio - Headset\n")
        try write("asound/card0/id", "Headset\n")
        try write(
            "asound/card0/pcm0c/sub0/status",
            "state: RUNNING\nowner_pid   : 412\ntrigger_time: 1.2\n")
        try write("asound/card0/pcm0p/sub0/status", "closed\n")
        try write("asound/card0/pcm0p/info", "card: 0\n")
        try write("proc/412/status", "Name:\tcapture\nTgid:\t400\nPid:\t412\n")
        try write("proc/400/comm", "pulseaudio\n")
        #expect(
            holders(.capture) == [
                CardHolder(card: "Headset", program: "pulseaudio", process: 400)
            ])
        #expect(
            "\(holders(.capture)[0])" == "pulseaudio (process 400) holds card Headset")
        #expect(holders(.playback).isEmpty)
    }

    @Test("a holder whose process cannot be seen is reported too")
    func hidden() throws {
        defer { try? Files.removeTree(folder) }
        try write("asound/card1/pcm0p/sub0/status", "state: OPEN\nowner_pid   : 7\n")
        #expect(
            holders(.playback) == [CardHolder(card: "card1", program: "a program", process: 7)])
    }

    @Test("a machine without sound has none")
    func none() throws {
        defer { try? Files.removeTree(folder) }
        #expect(holders(.capture).isEmpty)
    }
}
