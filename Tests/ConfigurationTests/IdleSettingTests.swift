import AllToolKinds
import Testing

@testable import Configuration

/// Settings that have no effect with the other settings.
struct IdleSettingTests {
    private func warnings(_ text: String) throws -> [String] {
        try SettingsFile.settings(from: [("m.toml", text)]).warnings.map(\.description)
    }

    static let idle: [(String, String)] = [
        ("[live]\nstart_sensitivity = \"low\"", "\"hands-free\""),
        ("[vertex]\nproject = \"mine\"", "live.service \"vertex\""),
        ("[mqtt]\nuser = \"me\"", "mqtt.host is empty"),
        ("[mqtt]\nid = \"kitchen\"", "mqtt.host is empty"),
        ("[recording]\nlimit_mb = 5", "recording.enabled is false"),
        ("[sounds]\nenabled = false\ndirectory = \"/x\"", "sounds.enabled is false"),
        ("[led]\nname = \"ACT\"", "led.kind \"class\""),
        ("[led]\nkind = \"class\"\nname = \"a\"\nline = \"GPIO5\"", "led.kind \"gpio\""),
        ("[led]\npixels = 12", "led.kind \"apa102\""),
        ("[mute_switch]\nbias = \"none\"", "mute_switch.line is empty"),
        ("[audio.music]\nrate = 44100", "audio.music.device is empty"),
        ("[audio.echo]\ntail_ms = 300", "\"cancel\""),
        ("[audio.echo]\ncanceller = \"webrtc\"", "\"cancel\""),
        (
            "[audio.echo]\nmode = \"cancel\"\ncanceller = \"webrtc\"\nsuppression_db = 20",
            "audio.echo.canceller \"speex\""
        ),
        ("[tools]\nbuiltin = []\n[timers]\nring_s = 60", "leaves \"timers\" out"),
        ("[button]\nsource = \"keyboard\"\nline = \"GPIO4\"", "button.source \"gpio\""),
    ]

    @Test("a setting without effect is reported at its place, with the reason", arguments: idle)
    func whatChangesNothingIsTold(_ text: String, _ why: String)
        throws
    {
        let found = try warnings(text)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains("changes nothing: ") == true)
        #expect(found.first?.contains(why) == true, "\(found)")
        // It is the last line of the text, except where another one has to follow.
        #expect(found.first?.hasPrefix("m.toml:") == true)
    }

    @Test(
        "a default that is written down is no change, and a setting with an effect is not reported")
    func aDefaultThatIsWritten()
        throws
    {
        #expect(try warnings(SettingsFile.template()).isEmpty)
        for text in [
            "[conversation]\nmode = \"hands-free\"\n[live]\nstart_sensitivity = \"low\"",
            "[mqtt]\nhost = \"broker\"\nuser = \"me\"", "[led]\nkind = \"class\"\nname = \"ACT\"",
            "[conversation]\nmode = \"hands-free\"\n[audio.echo]\ntail_ms = 300",
        ] {
            #expect(try warnings(text).isEmpty, "\(text)")
        }
    }
}
