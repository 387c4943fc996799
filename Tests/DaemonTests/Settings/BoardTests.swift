import AllToolKinds
import Configuration
import Linux
import Testing

@testable import Daemon

@Suite("The board presets")
struct BoardTests {
    private static let folder =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/config/boards"

    private static func settings(_ names: [String]) throws -> Settings {
        let shipped = ("martlet.toml", SettingsFile.template())
        return try SettingsFile.settings(
            from: [shipped]
                + names.map { name in
                    let bytes = try Files.read("\(folder)/\(name)", limitBytes: 1 << 16)
                    return (name, String(decoding: bytes, as: UTF8.self))
                })
    }

    @Test("each applies over the shipped file without a mistake, and says what it is for")
    func presets() throws {
        let names = try Files.list(Self.folder)
        #expect(names.count >= 9)
        for name in names {
            #expect(name.hasSuffix(".toml"), "\(name)")
            let settings = try Self.settings([name])
            #expect(settings.panelMistakes.isEmpty, "\(name): \(settings.panelMistakes)")
            #expect(settings.lineMistakes([]).isEmpty, "\(name): \(settings.lineMistakes([]))")
            #expect(settings.complaints.isEmpty, "\(name)")
            let bytes = try Files.read("\(Self.folder)/\(name)", limitBytes: 1 << 16)
            #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("# "), "\(name)")
        }
    }

    @Test("a preset drives what is soldered to its board")
    func wiring() throws {
        func lines(_ name: String) throws -> [String] {
            try Self.settings(["\(name).toml"]).buttons.map(\.line)
        }
        #expect(try lines("respeaker-2mic") == ["GPIO17"])
        #expect(try lines("voice-bonnet") == ["GPIO17"])
        #expect(try lines("aiy-voice-hat") == ["GPIO23"])
        #expect(try lines("aiy-voice-bonnet") == ["GPIO23"])
        #expect(try lines("satellite1") == ["GPIO23", "GPIO17", "GPIO27"])
        #expect(try lines("py-xiaozhi") == ["GPIO17", "GPIO27", "GPIO22"])
        #expect(try lines("braincraft").count == 6)
        #expect(try lines("respeaker-usb-array").isEmpty)
        let array = try Self.settings(["respeaker-4mic.toml"])
        #expect(array[Keys.light.pixels] == 12)
        #expect(array[Keys.light.powerLine] == "GPIO5")
    }
}
