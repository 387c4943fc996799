import AllToolKinds
import Configuration
import Testing

@testable import Daemon

@Suite struct SettingsChangeTests {
    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("file", text)])
    }

    @Test("the place of a setting, its order and its spelling are no change")
    func nothing() throws {
        let old = try settings("[log]\nlevel = \"debug\"\n[live]\nmodel = \"m\"")
        let new = try settings("# Other.\n[live]\nmodel = 'm'\n\n[log]\nlevel = \"debug\"")
        #expect(SettingsChange(from: old, to: new) == .nothing)
        #expect(SettingsChange(from: Settings(), to: try settings("")) == .nothing)
    }

    @Test("a tool or a button that is another needs a new start")
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

    @Test("what cannot be given to what runs needs a new start")
    func anew() throws {
        var old = Settings()
        old[Keys.Live.instruction] = "Be brief."
        old[Keys.Playback.volume] = 30
        var new = old
        new[Keys.Live.instruction] = "Be long."
        #expect(SettingsChange(from: old, to: new) == .inPlace([Keys.Live.instruction.path]))
        new[Keys.Live.instruction] = ""
        #expect(SettingsChange(from: old, to: new) == .anew)
        new = old
        new[Keys.Playback.volume] = 40
        #expect(SettingsChange(from: old, to: new) == .inPlace([Keys.Playback.volume.path]))
        new[Keys.Playback.volume] = -1
        #expect(SettingsChange(from: old, to: new) == .anew)
        new = old
        new[Keys.Log.level] = "debug"
        new[Keys.Conversation.preRoll] = 0
        #expect(SettingsChange(from: old, to: new) == .anew)
    }
}
