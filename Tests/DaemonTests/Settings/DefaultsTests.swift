import AllToolKinds
import Assistant
import AudioPath
import Configuration
import Live
import ModelTypes
import Panel
import Testing
import Timers
import Tools

@testable import Daemon

/// A part has no defaults of its own: it cannot be made without the settings.
///
/// It remains to show that no setting is declared, read, and then forgotten.
@Suite("Each setting reaches its part")
struct DefaultsTests {
    /// Settings of these sections that are read where they are used.
    private static let askedForElsewhere: Set<String> = [
        // By the session's keeper and by the code that makes its service.
        "live.daily_token_budget", "live.key_file", "live.voice_sample_file",
        "live.voice_consent_file",
        // At the start of the program.
        "audio.lock_memory",
        // By the bell.
        "timers.minimum_volume_percent", "timers.speak_reminders",
        // By the runner's surroundings.
        "tools.state_directory", "tools.secrets_dir", "tools.audit_limit_kb", "tools.pin_file",
        // By the set of tools.
        "tools.builtin",
    ]

    /// Other settings that a setting needs to have an effect.
    private static let surroundings = [
        "", "[conversation]\nmode = \"hands-free\"",
        "[audio.music]\ndevice = \"hw:7\"\n[audio.capture]\nlevel_percent = 50",
        "[live]\nservice = \"vertex\"\n[vertex]\nproject = \"p\"",
    ]

    private static let sections: Set<String> = [
        "conversation", "audio", "audio.capture", "audio.playback", "audio.echo", "audio.music",
        "voice", "timers", "live", "tools",
    ]

    /// Values for the setting, in TOML; some are refused, if the text must have a certain form.
    private func values(of setting: any AnySetting) -> [String] {
        let plain = setting.fallbackText
        if let bounds = setting.bounds {
            let isWhole = !plain.contains(".")
            return [bounds.lowerBound, bounds.upperBound].map {
                isWhole ? "\(Int($0))" : "\($0)"
            }
        } else if plain == "true" || plain == "false" {
            return ["true", "false"]
        } else if plain.hasPrefix("[") {
            return ["[\"en-US\"]", "[\"harassment=none\"]", "[\"room=kitchen\"]"]
        } else if let words = setting.allowedWords {
            return words.split(separator: ",").map { String($0.drop { $0 == " " }) }
        } else {
            return ["\"other\"", "\"wss://example.org\"", "\"/tmp/other\"", "\"Kore\""]
        }
    }

    private func parts(of settings: Settings) -> String {
        var text = ""
        dump(settings.conversationSettings, to: &text)
        dump(settings.audioSettings, to: &text)
        dump(SessionSettings(settings), to: &text)
        dump(TimerBook.Settings(settings), to: &text)
        dump(ToolLimits(settings), to: &text)
        dump(ConfirmationSettings(settings), to: &text)
        dump(ButtonGesture.Settings(settings), to: &text)
        // The order of unordered collections is not stable in print.
        return text.split(separator: "\n").sorted().joined(separator: "\n")
    }

    @Test("each setting changes what a part is built with")
    func reached() throws {
        var idle: Set<String> = []
        for setting in Keys.all where Self.sections.contains(setting.section) {
            let changes = Self.surroundings.contains { surroundings in
                guard let plain = try? SettingsFile.settings(from: [("a", surroundings)]) else {
                    return false
                }
                let before = parts(of: plain)
                return values(of: setting).contains { value in
                    let change = "[\(setting.section)]\n\(setting.name) = \(value)"
                    let changed = try? SettingsFile.settings(
                        from: [("a", surroundings), ("b", change)])
                    return changed.map { parts(of: $0) != before } ?? false
                }
            }
            if !changes { idle.insert(setting.path) }
        }
        #expect(idle == Self.askedForElsewhere)
    }
}
