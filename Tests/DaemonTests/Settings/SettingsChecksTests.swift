import AllToolKinds
import AudioCore
import Configuration
import Linux
import Sounds
import Testing

@testable import Daemon

/// Mistakes that are found in settings before anything is started.
final class SettingsChecksTests {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-checks") }

    deinit { try? Files.removeTree(folder) }

    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("m", text)])
    }

    private func warnings(_ text: String) throws -> [String] {
        try settings(text).allWarnings.map(\.description)
    }

    @Test("each missing file that a setting names is reported with its place")
    func eachFileThatASetting()
        throws
    {
        let keys = ["live.ca_file", "mqtt.ca_file"]
        for key in keys {
            let parts = key.split(separator: ".")
            let line = "[\(parts[0])]\n\(parts[1]) = \"\(folder)/absent\""
            let found = try warnings(line)
            #expect(
                found.contains {
                    $0.hasPrefix("m:2:") && $0.contains(key) && $0.contains("\(folder)/absent")
                }, "\(found)")
        }
        let account = try settings(
            "[vertex]\naccount_file = \"\(folder)/absent\"\n[live]\nservice = \"vertex\""
        ).allMistakes
        #expect(account.map(\.position?.line) == [2], "\(account)")
        #expect(account.first?.message.contains("\(folder)/absent") == true)
        let pin = try settings("[tools]\npin_file = \"\(folder)/absent\"").allMistakes
        #expect(pin.map(\.position?.line) == [2])
        #expect(pin.first?.message.contains("tools.pin_file") == true)
        let found = try warnings("[live]\nkey_file = \"\(folder)/absent\"")
        #expect(found.contains { $0.contains("live.key_file: there is no file") }, "\(found)")
        try Files.writeAtomically("\(folder)/key", Array("abc\n".utf8), mode: 0o600)
        let right = try warnings("[live]\nkey_file = \"\(folder)/key\"")
        #expect(!right.contains { $0.contains("key") }, "\(right)")
    }

    @Test("a missing program is reported, and an existing one is not")
    func aProgramThatIsNot() throws {
        func tool(_ program: String, _ more: String = "") -> String {
            "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = [\"\(program)\"]\n\(more)"
        }
        for program in ["/nonexistent/program", "no-such-program-at-all"] {
            let found = try warnings(tool(program))
            #expect(found.contains { $0.contains("tool a: there is no program '\(program)'") })
        }
        for program in ["/bin/sh", "sh"] {
            #expect(try !warnings(tool(program)).contains { $0.contains("no program") })
        }
        let found = try warnings(tool("/bin/sh", "directory = \"\(folder)/absent\""))
        #expect(found.contains { $0.contains("there is no '\(folder)/absent'") })
    }

    @Test("a button's call is checked against the function's own schema")
    func aButtonSCallIs() throws {
        let lamp = "[[tool.gpio]]\nname = \"lamp\"\ndescription = \"b\"\nline = \"GPIO27\"\n"
        func mistakes(_ call: String) throws -> [String] {
            try settings("[button]\ndouble = 'tool \(call)'\n" + lamp)
                .buttonToolMistakes.map(\.description)
        }
        #expect(
            try mistakes("switch_output {\"output\": \"lamp\", \"action\": \"toggle\"}").isEmpty)
        for call in [
            "switch_output {\"name\": \"lamp\"}", "switch_output {\"output\": \"fan\"}",
            "switch_output", "switch_outputs {\"output\": \"lamp\", \"action\": \"on\"}",
        ] {
            let found = try mistakes(call)
            #expect(found.count == 1, "\(call)")
            #expect(found.first?.contains(call.prefix { $0 != " " }) == true)
        }
        #expect(try mistakes("nothing {}").first?.contains("switch_output") == true)
    }

    @Test("a device that asks by a missing button is a mistake of the settings")
    func aDeviceThatAsksBy() {
        func mistakes(_ home: String) -> [Diagnostic] {
            do {
                _ = try settings(
                    "[conversation]\nmode = \"hands-free\"\n[button]\nsource = \"none\"\n"
                        + "[[tool.home_assistant]]\nname = \"home\"\nurl = \"http://ha:8123\"\n"
                        + "token = \"{secret:ha}\"\n\(home)\n")
                return []
            } catch {
                return (error as? ConfigurationErrors)?.diagnostics ?? []
            }
        }
        for exposed in [
            "areas = [\"Hall\"]", "domains = [\"lock\"]", "labels = [\"voice\"]",
            "entities = [\"cover.gate\"]", "domains = [\"light\"]\nguarded = [\"light.siren\"]",
            "domains = [\"light\", \"cover\"]", "areas = [\"Hall\"]\nconfirm = \"button\"",
        ] {
            #expect(mistakes(exposed).count == 1, "\(exposed)")
            #expect(mistakes(exposed).first?.message.contains("button.source is \"none\"") == true)
            #expect(
                mistakes(exposed + "\nconfirm = \"pin\"").isEmpty || exposed.contains("confirm"))
        }
        for exposed in [
            "domains = [\"light\", \"sensor\"]\nareas = [\"Hall\"]", "entities = [\"light.desk\"]",
        ] {
            #expect(mistakes(exposed).isEmpty, "\(exposed)")
        }
    }

    @Test("without a button a message begins a tap, and nothing begins a hold")
    func withoutAButtonATap() throws {
        let broker = "[button]\nsource = \"none\"\n[mqtt]\nhost = \"broker\"\n"
        _ = try settings("[conversation]\nmode = \"tap\"\n" + broker)
        #expect(throws: ConfigurationErrors.self) {
            try settings("[conversation]\nmode = \"hold\"\n" + broker)
        }
        #expect(throws: ConfigurationErrors.self) {
            try settings("[conversation]\nmode = \"tap\"\n" + broker + "commands = [\"say\"]\n")
        }
    }

    @Test("files that look like sounds under wrong names are reported, other files are not")
    func soundsUnderNamesOfNo()
        throws
    {
        let beep = WAVFile(rate: 24_000, channels: 1, samples: [Int16](repeating: 9, count: 99))
        for name in ["alarm.ogg", "done.mp3", "Error.wav", "eror.wav", "holiday.mp3", "muted.WAV"] {
            try Files.writeAtomically("\(folder)/\(name)", beep.bytes, mode: 0o600)
        }
        for name in ["README.txt", "cover.jpg", "done"] {
            try Files.writeAtomically("\(folder)/\(name)", [], mode: 0o600)
        }
        try Files.writeAtomically("\(folder)/timer.wav", beep.bytes, mode: 0o600)
        let read = SoundFolder.read(folder, rate: 24_000)
        #expect(Set(read.sounds.keys) == [.timer])
        #expect(read.complaints.count == 6, "\(read.complaints)")
        for (file, words) in [
            ("alarm.ogg", "alarm.wav or alarm.opus"), ("done.mp3", "done.wav"),
            ("Error.wav", "call it error.wav"), ("eror.wav", "call it error.wav"),
            ("holiday.mp3", "is not one of the device's sounds"),
            ("muted.WAV", "call it muted.wav"),
        ] {
            #expect(
                read.complaints.contains { $0.contains("/\(file)'") && $0.contains(words) },
                "\(file)")
        }
        let told = try warnings("[sounds]\ndirectory = \"\(folder)\"")
        #expect(told.filter { $0.hasPrefix("m:2:") }.count == 6)
    }

    @Test(
        "a sound file of another kind is no device, and is reported as a file",
        arguments: ["voice.mp3", "/home/pi/voice.OGG", "voice.flac", "/tmp/voice"])
    func aSoundFileOfAnother(name: String) throws {
        for key in ["capture", "playback"] {
            let found = DeviceNames.mistakes(
                in: try settings("[audio.\(key)]\ndevice = \"\(name)\""), cardIDs: [:])
            #expect(found.count == 1)
            #expect(found.first?.description.hasPrefix("m:2:10: audio.\(key).device") == true)
            #expect(found.first?.message.contains("WAV file") == true)
        }
    }

    @Test(
        "a WAV file and an ALSA name are devices",
        arguments: [
            "/tmp/x.wav", "take.WAV", "auto", "null", "plughw:CARD=Headset,DEV=0", "mine",
        ])
    func aWavFileAndA(name: String) throws {
        let settings = try settings("[audio.capture]\ndevice = \"\(name)\"")
        #expect(DeviceNames.mistakes(in: settings, cardIDs: [:]).isEmpty)
    }

    @Test("the doctor names folders that cannot be written, and what is lost")
    func theDoctorNamesFoldersThat() throws {
        var settings = try settings("[recording]\nenabled = true\ndirectory = \"/proc/recordings\"")
        settings[Keys.tools.stateDirectory] = "/proc/martlet/state"
        let found = PlaceFindings.all(settings)
        for subject in ["state folder", "recordings"] {
            let finding = found.first { $0.subject == subject }
            #expect(finding?.grade == .broken)
            #expect(finding?.text.contains("/proc/") == true)
        }
        settings[Keys.tools.stateDirectory] = "\(folder)/made/later"
        settings[Keys.recording.directory] = folder
        let right = PlaceFindings.all(settings)
        #expect(right.allSatisfy { $0.grade == .works }, "\(right)")
        #expect(try Files.list(folder).isEmpty)
    }
}
