import AllToolKinds
import Configuration
import Testing

@testable import Daemon

@Suite("Sound devices are named by their cards' ids")
struct DeviceNamesTests {
    private let cards = [0: "Headphones", 1: "Headset"]

    private func mistakes(_ name: String) throws -> [Diagnostic] {
        let settings = try SettingsFile.settings(
            from: [("t.toml", "[audio.capture]\ndevice = \"\(name)\"")])
        return DeviceNames.mistakes(in: settings, cardIDs: cards)
    }

    @Test(
        "a card number is a mistake, and the message has the name to write",
        arguments: [
            ("hw:1,0", "\"hw:CARD=Headset,DEV=0\""), ("plughw:1", "\"plughw:CARD=Headset\""),
            ("plughw:CARD=1,DEV=2", "\"plughw:CARD=Headset,DEV=2\""),
            ("plughw:DEV=2,CARD=1", "\"plughw:DEV=2,CARD=Headset\""),
            ("hw:0,3,1", "\"hw:CARD=Headphones,DEV=3,1\""),
            ("default:1", "\"default:CARD=Headset\""),
            ("plug:'hw:1,0'", "\"hw:CARD=Headset,DEV=0\""), ("hw", "\"hw:CARD=Headphones,DEV=0\""),
            ("hw:7", "there is no card 7 now; `martlet devices` lists the names"),
        ])
    func numbers(name: String, advice: String) throws {
        let mistake = try #require(try mistakes(name).first)
        #expect(mistake.message.contains(advice))
        #expect(mistake.message.contains("audio.capture.device is \"\(name)\""))
        #expect(mistake.position?.line == 2)
    }

    @Test("music cannot go to auto, which is the loudspeaker")
    func music() throws {
        let settings = try SettingsFile.settings(
            from: [("t.toml", "[audio.music]\ndevice = \"auto\"")])
        let mistake = try #require(DeviceNames.mistakes(in: settings, cardIDs: cards).first)
        #expect(mistake.message.contains("audio.music.device cannot be auto"))
        #expect(mistake.position?.line == 2)
    }

    @Test(
        "stable names are no mistake",
        arguments: [
            "auto", "null", "default", "plughw:CARD=Headset,DEV=0", "hw:Headset,0", "/tmp/a.wav",
            "martlet_microphone:/tmp/pipe", "mine:1", "sysdefault:CARD=Headset", "hw:DEV=1",
        ])
    func names(name: String) throws {
        #expect(try mistakes(name).isEmpty)
    }
}
