import Configuration
import Linux
import Testing

@testable import Daemon

@Suite struct ServiceCheckLifeTests {
    @Test("a check that is prepared and never made is just released")
    func unused() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-check")
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/key", Array("test-key".utf8), mode: 0o600)
        var settings = Settings()
        settings[Keys.live.keyFile] = "\(folder)/key"
        // The loop of a check that was dropped at once aborted the program, sooner or later.
        for _ in 0..<200 { _ = try ServiceCheck(settings, in: .this) }
    }
}
