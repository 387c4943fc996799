import AllToolKinds
import Configuration
import Testing

@testable import Daemon

@Suite struct SettingsChangeTests {
    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("file", text)])
    }

    @Test("a setting's place, order and spelling are no change")
    func nothing() throws {
        let old = try settings("[log]\nlevel = \"debug\"\n[live]\nmodel = \"m\"")
        let new = try settings("# Other.\n[live]\nmodel = 'm'\n\n[log]\nlevel = \"debug\"")
        #expect(SettingsChange(from: old, to: new) == .nothing)
        #expect(SettingsChange(from: Settings(), to: try settings("")) == .nothing)
    }

    @Test("a changed tool or button needs a new start")
    func tables() throws {
        let tool = { (name: String) in
            "[[tool.command]]\nname = \"\(name)\"\ndescription = \"d\"\nargv = [\"/bin/true\"]\n"
        }
        let old = try settings(tool("one"))
        #expect(SettingsChange(from: old, to: try settings("\n\n" + tool("one"))) == .nothing)
        #expect(SettingsChange(from: old, to: try settings(tool("two"))) == .anew)
        #expect(SettingsChange(from: old, to: Settings()) == .anew)
        let button = "[[button]]\nname = \"b\"\nline = \"GPIO5\"\npress = \"talk\"\n"
        #expect(SettingsChange(from: old, to: try settings(tool("one") + button)) == .anew)
    }

    @Test("a setting that cannot be applied while running needs a new start")
    func anew() throws {
        var old = Settings()
        old[Keys.live.instruction] = "Be brief."
        old[Keys.playback.volume] = 30
        var new = old
        new[Keys.live.instruction] = "Be long."
        #expect(SettingsChange(from: old, to: new) == .inPlace([Keys.live.instruction.path]))
        new[Keys.live.instruction] = ""
        #expect(SettingsChange(from: old, to: new) == .anew)
        new = old
        new[Keys.playback.volume] = 40
        #expect(SettingsChange(from: old, to: new) == .inPlace([Keys.playback.volume.path]))
        new[Keys.playback.volume] = -1
        #expect(SettingsChange(from: old, to: new) == .anew)
        new = old
        new[Keys.log.level] = "debug"
        new[Keys.conversation.preRoll] = 0
        #expect(SettingsChange(from: old, to: new) == .anew)
    }
}
