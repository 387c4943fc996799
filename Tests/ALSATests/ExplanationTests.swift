import Glibc
import Linux
import Testing

@testable import ALSA

/// Errors for a device that is defined and cannot be opened.
struct ExplanationTests {
    init() {
        FileDevices.useTestConfiguration
    }

    struct Defined: Sendable, CustomTestStringConvertible {
        let device: String
        let words: [String]
        var testDescription: String { device }
    }

    static let defined = [
        Defined(device: "martlet_referring", words: ["martlet_undefined", "nothing defines"]),
        Defined(device: "martlet_plugin", words: ["plugin martlet_nowhere is not installed"]),
        Defined(device: "martlet_ladspa", words: ["martlet_nothing", "/nonexistent"]),
        Defined(device: "martlet_without_slave", words: ["slave is not defined"]),
        Defined(device: "martlet_mistyped", words: ["Unknown field chanels"]),
    ]

    @Test(
        "a device that is defined is never reported as undefined, and alsa-lib's reason is kept",
        arguments: defined)
    func aDeviceThatIsDefined(
        _ defined: Defined
    ) {
        for direction in [StreamDirection.capture, .playback] {
            let text = reasonForOpening(defined.device, direction)
            #expect(text.contains("\(direction) device \(defined.device) is defined, but"))
            for words in defined.words { #expect(text.contains(words)) }
        }
    }

    @Test(
        "a device on a card that does not exist is reported as that",
        arguments: ["martlet_soft_volume", "martlet_shared", "martlet_routed"])
    func aDeviceThatLeadsTo(device: String) {
        let text = reasonForOpening(device, .playback)
        #expect(
            text.contains(
                SoundCard.areThere ? "is not plugged in" : "no sound card is plugged in"), "\(text)"
        )
        #expect(!text.contains("there is no playback device"))
    }

    private func reasonForOpening(_ device: String, _ direction: StreamDirection) -> String {
        do {
            _ = try PCM(.usual(device, direction))
            return "it was opened"
        } catch {
            return "\(error)"
        }
    }

    // The messages of alsa-lib 1.2.8, in its order.
    private static let absentDefault = [
        "cannot find card '0'",
        "function snd_func_card_inum returned error: No such file or directory",
        "error evaluating strings", "Evaluate error: No such file or directory",
        "Unknown PCM default",
    ]
    private static let semaphore = ["unable to create IPC semaphore"]
    private static let pulse = ["PulseAudio: Unable to connect: Connection refused"]

    private func error(
        _ device: String, _ code: Int32, _ said: [String], hasCards: Bool = true
    ) -> ALSAError {
        .opening(device, .playback, code: code, said: ALSAExplanation(said), hasCards: hasCards)
    }

    @Test("a default on a missing card is reported with the card, or that there is none")
    func aDefaultThatStandsOn() {
        let some = error("default", ENOENT, Self.absentDefault)
        #expect("\(some)".contains("default is defined, but"))
        #expect("\(some)".contains("it leads to card 0, which is not plugged in"))
        let none = error("default", ENOENT, Self.absentDefault, hasCards: false)
        #expect("\(none)".hasPrefix("no sound card is plugged in"))
    }

    @Test("a missing card that the name itself means is reported as no device")
    func aCardThatTheName() {
        for (device, card) in [("hw:31,0", "31"), ("plughw:CARD=Ghost,DEV=0", "Ghost")] {
            let found = error(device, ENODEV, ["Cannot get card index for \(card)"])
            #expect(found == .noSuchDevice(device: device, direction: .playback))
        }
    }

    @Test("a device that another user shares is not blamed on the group audio")
    func whatAnotherUserSharesIs() {
        let shared = error("default", EACCES, Self.semaphore)
        #expect("\(shared)".contains("another user"))
        #expect("\(shared)".contains("ipc_perm"))
        #expect(!"\(shared)".contains("group audio"))
        #expect("\(error("hw:0", EACCES, []))".contains("group audio"))
    }

    @Test("a sound server that does not answer is named")
    func aSoundServerThatDoes() {
        let text = "\(error("default", ECONNREFUSED, Self.pulse))"
        #expect(text.contains("no PulseAudio server answers this user"))
        #expect(text.contains("Unable to connect: Connection refused"))
    }

    @Test("an ALSA file that cannot be read is reported with line and reason")
    func aFileOfAlsaS()
        throws
    {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-asound")
        defer { try? Files.removeTree(folder) }
        let path = "\(folder)/.asoundrc"
        try Files.writeAtomically(
            path, Array("pcm.!default {\n type plug\n slave {\n  pcm “hw:2,0”\n }\n}\n".utf8),
            mode: 0o644)
        let said = [
            "_toplevel_:7:0:Unexpected char",
            "\(path) may be old or corrupted: consider to remove or fix it",
            "function snd_config_hook_load returned error: Invalid argument",
            "hooks failed, removing configuration",
        ]
        for code in [EINVAL, ENOENT] {
            let text = "\(error("default", code, said))"
            #expect(text.contains("\(path), line 7 or before it: Unexpected char"))
            #expect(text.contains("line 4 has a typographic quote"))
            #expect(!text.contains("there is no"))
        }
    }

    @Test("alsa-lib's message is cut to one bounded line without control characters")
    func whatAlsaLibSaysIs() {
        for name in ["martlet_\u{1B}[31m", "a\nb\r"] {
            let heard = ALSALog.listening { open(name) }.said
            #expect(!heard.isEmpty)
            for text in heard {
                #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            }
        }
        let long = ALSALog.listening {
            for _ in 0..<100 { open(String(repeating: "x", count: 5000)) }
        }.said
        #expect(!long.isEmpty && long.count <= 32)
        #expect(long.allSatisfy { $0.utf8.count <= 512 })
    }

    // A mixer does not listen for itself.
    private func open(_ name: String) { _ = try? Mixer(card: name) }
}
