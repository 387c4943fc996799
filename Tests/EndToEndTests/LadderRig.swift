import Configuration
import Daemon
import Linux
import Testing

/// The doctor's way to one service, in a world of a test's own.
final class LadderRig: Sendable {
    let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-ladder") }

    deinit { try? Files.removeTree(folder) }

    /// A machine without a proxy, whose clock is right, and that no server tells the time without
    /// TLS; but `change` is done to it.
    static func world(_ change: (inout LadderWorld) -> Void = { _ in }) -> LadderWorld {
        var world = LadderWorld(
            environment: [:], now: { WallClock.now() }, notBefore: nil,
            resolvConf: "/etc/resolv.conf", plainTime: { _ in "http://127.0.0.1:1/" },
            leadsOut: { true })
        change(&world)
        return world
    }

    /// What the doctor finds on the way to a service.
    func findings(
        _ url: String, key: String = "test-key", authority: String = "",
        world: LadderWorld = LadderRig.world()
    ) async throws -> [Finding] {
        try Files.writeAtomically("\(folder)/key", Array(key.utf8), mode: 0o600)
        var settings = Settings()
        settings[Keys.live.keyFile] = "\(folder)/key"
        settings[Keys.live.url] = url
        settings[Keys.live.authority] = authority
        settings[Keys.live.connectTimeout] = 2000
        let found = try await ServiceCheck(settings, in: world).run()
        for finding in found { #expect(!finding.text.contains(key), "\(finding)") }
        return found
    }
}

extension [Finding] {
    /// The names of what is broken.
    var broken: [String] { filter { $0.grade == .broken }.map(\.name) }

    /// The names of what works.
    var working: [String] { filter { $0.grade == .works }.map(\.name) }

    /// The names of what was not tried.
    var untried: [String] { filter { $0.grade == .unknown }.map(\.name) }

    /// What is broken, in words.
    var fault: Finding? { first { $0.grade == .broken } }
}
