import CommandTools
import AllToolKinds
import Configuration
import Linux
import Testing

@testable import Daemon

/// What configured programs may do, and which are refused.
@Suite struct ProgramConfinementTests {
    /// Settings that make a place a hidden one.
    private static let places: [(section: String, key: String)] = [
        ("live", "key_file"), ("vertex", "account_file"), ("tools", "pin_file"),
        ("tools", "secrets_dir"), ("tools", "state_directory"), ("recording", "directory"),
    ]

    private static let tool = """
        [[tool.command]]
        name = "a"
        description = "b"
        argv = ["/bin/true"]

        """
    private static let server = """
        [[tool.mcp]]
        name = "s"
        argv = ["/bin/true"]
        tools = ["*"]

        """

    private static func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("m", text)])
    }

    private static func confinement(_ text: String) throws -> Confinement {
        let settings = try settings(text)
        let program = try #require(settings.tools(CommandToolSettings.self).first).1.program
        return try Confinement(program, hidden: settings.hiddenPlaces)
    }

    private static func mistake(_ text: String) -> String? {
        do {
            _ = try confinement(text)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a place that holds private files is hidden, whichever setting names it")
    func hidden() throws {
        for (section, key) in Self.places {
            let text = "[\(section)]\n\(key) = \"/srv/kept\"\n"
            #expect(try Self.settings(text).hiddenPlaces.contains("/srv/kept"), "\(key)")
            #expect(try Self.confinement(text + Self.tool).hidden.contains("/srv/kept"), "\(key)")
        }
        for place in try Self.settings("").hiddenPlaces {
            #expect(place.hasPrefix("/") && place != "/", "\(place)")
        }
    }

    @Test("a program that would run in a hidden folder is refused with the folder's name")
    func folder() {
        for (section, key) in Self.places {
            let kept = "[\(section)]\n\(key) = \"/srv/kept\"\n\(Self.tool)"
            let refused = Self.mistake(kept + "directory = \"/srv/kept\"")
            #expect(refused?.contains("directory is /srv/kept, which is hidden") == true, "\(key)")
            // Files within it, or next to it, are no secrets.
            for other in ["/srv/kept/tool", "/srv/keptnot", "/srv"] {
                let mistake = Self.mistake(kept + "directory = \"\(other)\"")
                #expect(mistake == nil, "\(key) \(other)")
            }
        }
    }

    @Test("a missing user and a missing group are refused by name")
    func names() throws {
        let user = Self.mistake(Self.tool + "user = \"nobody-of-that-name\"")
        #expect(user == "there is no user 'nobody-of-that-name' here")
        let group = Self.mistake(Self.tool + "groups = [\"root\", \"no-such-group\"]")
        #expect(group == "there is no group 'no-such-group' here")
        let right = try Self.confinement(Self.tool + "user = \"root\"\ngroups = [\"root\"]")
        #expect(right.groups.count == 1)
    }

    @Test("where programs cannot be confined, those that must be are refused, each by its name")
    func refusals() throws {
        let both = Self.tool + Self.server
        let required = try Self.settings(both)
        let refused = ToolSet.refusals(required, isHeld: false)
        #expect(refused.count == 2)
        for name in ["tool a is refused: ", "tool s is refused: "] {
            #expect(refused.contains { $0.hasPrefix(name) }, "\(refused)")
        }
        #expect(refused.allSatisfy { $0.contains("confinement = \"if-possible\"") })
        #expect(ToolSet.refusals(required, isHeld: true).isEmpty)

        let open = "confinement = \"if-possible\"\n"
        let possible = try Self.settings(Self.tool + open + Self.server + open)
        #expect(ToolSet.refusals(possible, isHeld: false).isEmpty)
        let notes = ToolSet.confinementNotes(possible, isHeld: false)
        #expect(notes.count { $0.contains("is not confined") } == 2, "\(notes)")
        let held = ToolSet.confinementNotes(possible, isHeld: true)
        #expect(!held.contains { $0.contains("is not confined") }, "\(held)")
    }
}
