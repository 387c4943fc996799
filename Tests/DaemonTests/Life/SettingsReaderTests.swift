import AllToolKinds
import Configuration
import Linux
import Synchronization
import TestInputs
import Testing
import VoiceSession
import WireCodec

@testable import Daemon

@Suite struct SettingsReaderTests {
    /// A state folder and a settings file, which is a text here.
    private final class Disk: Sendable {
        let folder: String
        let file = Mutex<String?>("")

        init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-reader") }

        deinit { try? Files.removeTree(folder) }

        /// Sets the file's text, with the state folder added; nil: it cannot be read.
        func write(_ text: String?) { file.withLock { $0 = text } }

        var reader: SettingsReader {
            SettingsReader(log: Log(level: .error)) { [self] in
                guard let text = file.withLock({ $0 }) else {
                    throw CredentialError(description: "open martlet.toml: Input/output error")
                }
                return [
                    SettingsText(
                        name: "martlet.toml",
                        text: text + "\n[tools]\nstate_directory = \"\(folder)\"\n")
                ]
            }
        }
    }

    /// Mistakes that no parser can find, since each value is right by itself.
    private static let deep = [
        "[[tool.http]]\nname = \"a\"\ndescription = \"d\"\nurl = \"http://h/{nothing}\"\n",
        "[[tool.command]]\nname = \"a b\"\ndescription = \"d\"\nargv = [\"/bin/true\"]\n",
        "[[tool.gpio]]\nname = \"a\"\ndescription = \"d\"\nline = \"not a line\"\n",
        "[button]\nline = \"not a line\"\n", "[led]\nline = \"not a line\"\n",
        "[mute_switch]\nline = \"not a line\"\n", "[led.patterns]\nidle = \"sparkle\"\n",
        "[tools]\npin_file = \"/no/such/pin\"\n",
        "[live]\nservice = \"vertex\"\n[vertex]\naccount_file = \"/no/such/account\"\n",
    ]

    @Test("settings that a start would refuse are refused before anything is stopped")
    func asAWhole() throws {
        for text in Self.deep {
            let disk = try Disk()
            let pieces = text.split(separator: "[tools]\n", omittingEmptySubsequences: false)
            // One table for both.
            if pieces.count == 2 {
                disk.write("")
                let reader = SettingsReader(log: Log(level: .error)) {
                    [SettingsText(name: "martlet.toml", text: text)]
                }
                #expect(reader.read().asked == nil, "\(text)")
                continue
            }
            disk.write(text)
            let reading = disk.reader.read()
            #expect(reading.asked == nil, "\(text)")
            #expect(!reading.mistakes.isEmpty)
        }
    }

    @Test("whatever passes can be built")
    func agrees() async throws {
        let sound = "[audio.capture]\ndevice = \"null\"\n[audio.playback]\ndevice = \"null\"\n"
        let whole = [
            "[log]\nlevel = \"debug\"\n", "[led]\nline = \"GPIO999\"\n",
            "[[tool.command]]\nname = \"a\"\ndescription = \"d\"\nargv = [\"/bin/true\"]\n",
            "[conversation]\nmode = \"tap\"\npre_roll_ms = 0\n", "[timers]\nring_s = 10\n",
        ]
        for seed in 0..<60 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var parts = whole.filter { _ in Bool.random(using: &random) }
            if Bool.random(using: &random), let fault = Self.deep.randomElement(using: &random) {
                parts.append(fault)
            }
            let (settings, mistakes) = SettingsFile.salvaged(
                from: [("martlet.toml", sound), ("more.toml", parts.joined())])
            guard mistakes.isEmpty else { continue }
            let isRefused = !settings.startRefusals.isEmpty
            var isBuilt = true
            do {
                let application = try Application(
                    settings: settings, credential: .fixed(.key(Secret("test-key"))),
                    log: Log(level: .error))
                await application.stop()
            } catch {
                isBuilt = false
            }
            // A light that cannot be opened later is refused nevertheless.
            #expect(isBuilt || isRefused, "seed \(seed)")
        }
    }

    @Test("the valid rest of settings with a mistake can be built, whatever buttons call")
    func least() async throws {
        let text = """
            [audio.capture]
            device = "null"
            [audio.playback]
            device = "null"
            [button]
            double = "tool wipe {}"
            [[tool.command]]
            name = "wipe"
            description = "Wipes."
            argv = ["/bin/true"]
            [[tool.command]]
            name = "no name"
            """
        let tables = """
            [[button]]
            name = "one"
            line = "GPIO5"
            press = "stop"
            long = "tool wipe {}"
            """
        for text in [text, text + "\n" + tables] {
            let reader = SettingsReader(log: Log(level: .error)) {
                [SettingsText(name: "martlet.toml", text: text)]
            }
            let reading = reader.read()
            #expect(reading.asked == nil)
            let plan = try #require(
                reading.fallbacks(before: nil).first { $0.kind == .least })
            #expect(!plan.settings.buttons.isEmpty, "what rings can be stopped")
            let application = try Application(
                settings: plan.settings, credential: .fixed(.key(Secret("test-key"))),
                log: Log(level: .error))
            await application.stop()
        }
    }

    @Test("the last working settings are available when the files are wrong or unreadable")
    func lastGood() throws {
        let disk = try Disk()
        disk.write("[live]\nmodel = \"gemini-first\"")
        #expect(disk.reader.read().lastGood == nil)
        disk.reader.keep(try #require(disk.reader.read().asked))
        for text in ["[live]\nmodel = 7", "[live\n", "[button]\nline = \"not a line\"", nil] {
            disk.write(text)
            let reading = disk.reader.read()
            #expect(reading.asked == nil)
            // The state folder is in the file, except under systemd, which sets it itself.
            if text != nil, text != "[live\n" {
                #expect(reading.lastGood?.settings[Keys.live.model] == "gemini-first")
            }
        }
    }

    @Test("stored settings do no harm: cut off anywhere, they count as none")
    func damaged() throws {
        let disk = try Disk()
        disk.write("[live]\nmodel = \"gemini-first\"")
        disk.reader.keep(try #require(disk.reader.read().asked))
        let path = "\(disk.folder)/settings.a"
        let whole = try Files.read(path, limitBytes: 1 << 20)
        for count in whole.indices {
            try Files.writeAtomically(path, Array(whole[..<count]), mode: 0o600)
            #expect(disk.reader.read().lastGood == nil)
        }
    }
}
