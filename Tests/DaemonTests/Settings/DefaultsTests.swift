import Assistant
import AudioPath
import Configuration
import Live
import ModelTypes
import Testing
import Timers
import Tools

@testable import Daemon

@Suite("A default is declared once")
struct DefaultsTests {
    /// What two values say differently, by the names of their members; deep.
    private func differences(_ one: Any, _ other: Any, _ path: String = "") -> Set<String> {
        let (mirror, twin) = (Mirror(reflecting: one), Mirror(reflecting: other))
        guard mirror.displayStyle == .struct, mirror.children.count == twin.children.count else {
            return "\(one)" == "\(other)" ? [] : [path]
        }
        return zip(mirror.children, twin.children).reduce(into: []) { found, pair in
            let name = pair.0.label ?? ""
            found.formUnion(
                differences(pair.0.value, pair.1.value, path.isEmpty ? name : "\(path).\(name)"))
        }
    }

    @Test("what a part takes when nobody says anything is what the settings declare")
    func parts() throws {
        let settings = Settings()
        #expect(
            differences(settings.audioSettings, AudioSettings()) == [
                // The mode of the conversation decides these.
                "restsWhenIdle",
                // None is 0 dB, and so is each of them.
                "voiceDecibels",
            ])
        #expect(
            differences(settings.conversationSettings, ConversationSettings(mode: .hold)).isEmpty)
        let session = settings.sessionSettings(tools: [])
        #expect(
            differences(session, SessionSettings(endpoint: session.endpoint, model: session.model))
                == ["systemInstruction", "idleMilliseconds"])
        #expect(differences(settings.toolLimits, ToolLimits()).isEmpty)
        #expect(differences(settings.timerSettings, TimerBook.Settings()).isEmpty)
    }
}
