import AllToolKinds
import Configuration
import Linux
import ModelTypes
import TestHome
import Testing
import WireCodec

@testable import Daemon

/// The doctor's findings on remote services.
@Suite(.timeLimit(.minutes(5)))
final class FarFindingsTests {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-far") }

    deinit { try? Files.removeTree(folder) }

    private func findings(_ url: String, _ exposed: String) async throws -> [Finding] {
        try Files.writeAtomically("\(folder)/ha", Array(FakeHome.token.utf8), mode: 0o600)
        let settings = try SettingsFile.settings(from: [
            (
                "t",
                "[tools]\nsecrets_dir = \"\(folder)\"\n[[tool.home_assistant]]\nname = \"home\"\n"
                    + "url = \"\(url)\"\ntoken = \"{secret:ha}\"\n" + exposed
            )
        ])
        return await FarFindings.all(settings)
    }

    private func home() async throws -> FakeHome {
        var model = HomeModel()
        model.areas = [["area_id": "kitchen", "name": "Kitchen", "aliases": []]]
        model.add("light.ceiling", "Ceiling", area: "kitchen")
        model.add("light.desk", "Desk", area: "kitchen")
        return try await FakeHome(model)
    }

    @Test("a Home Assistant that answers is reported with what it exposes, and nothing is switched")
    func aHomeThatAnswersIs()
        async throws
    {
        let fake = try await home()
        let found = try await findings(fake.url, "areas = [\"kitchen\"]")
        #expect(found.map(\.grade) == [.works], "\(found)")
        #expect(found.first?.text.contains("exposes 2 devices") == true)
        #expect(fake.calls.isEmpty)
        for finding in found { #expect(!finding.description.contains(FakeHome.token)) }
    }

    @Test("an unreachable broker is reported as soon as that is known")
    func noBroker() async throws {
        let settings = try SettingsFile.settings(from: [
            ("t", "[mqtt]\nhost = \"127.0.0.1\"\nport = 1\n")
        ])
        let start = ContinuousClock.now
        let found = await FarFindings.all(settings)
        #expect(found.map(\.grade) == [.broken], "\(found)")
        #expect(found.first?.text.contains("refused") == true, "\(found)")
        // Well before the ten seconds that an attempt may take.
        #expect(ContinuousClock.now - start < .seconds(6))
    }

    @Test("a Home Assistant that exposes nothing is distinguished from one that is unreachable")
    func aHomeOfWhichNothing()
        async throws
    {
        let fake = try await home()
        let bare = try await findings(fake.url, "areas = [\"cellar\"]")
        #expect(bare.map(\.grade) == [.weak], "\(bare)")
        #expect(bare.first?.text.contains("nothing of the home is exposed") == true)
        let absent = try await findings("http://127.0.0.1:1", "areas = [\"kitchen\"]")
        #expect(absent.map(\.grade) == [.broken], "\(absent)")
        #expect(absent.first?.text.contains("http://127.0.0.1:1") == true)
    }

    @Test("nothing is reported of services that are not configured")
    func whereNoFarEndIs() async {
        #expect(await FarFindings.all(Settings()).isEmpty)
    }
}
