import Linux
import TestInputs
import Testing

@testable import Daemon

@Suite struct ServiceUnitTests {
    @Test("the shipped unit says as whom the daemon runs and what it may do")
    func shipped() throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let bytes = try Files.read("/\(root)/systemd/martlet.service", limitBytes: 1 << 20)
        let unit = ServiceUnit([String(decoding: bytes, as: UTF8.self)])
        #expect(unit.user == "martlet")
        #expect(unit.priority == 50)
        #expect(unit.lockedBytes == nil)
        #expect(unit.credentials == ["gemini-api-key": "/etc/credstore/gemini-api-key"])
        #expect(
            unit.sealedCredentials == [
                "gemini-api-key-sealed": "/etc/credstore.encrypted/gemini-api-key-sealed"
            ])
        #expect(unit.stateDirectory == "/var/lib/martlet")
    }

    @Test("drop-ins of a unit count, and other sections do not")
    func overlays() {
        let unit = ServiceUnit([
            "[Unit]\nUser=nobody\n[Service]\nUser = martlet\nLimitMEMLOCK=64M:infinity\n"
                + "LoadCredential=gemini-api-key\nLoadCredential=pin:/secure/pin\n",
            "[Service]\nUser=pi\nLimitRTPRIO=infinity\n",
        ])
        #expect(unit.user == "pi")
        #expect(unit.priority == 99)
        #expect(unit.lockedBytes == 64 << 20)
        #expect(
            unit.credentials == [
                "gemini-api-key": "/etc/credstore/gemini-api-key", "pin": "/secure/pin",
            ])
        #expect(ServiceUnit(["[Service]\nUser=pi\n", "[Service]\nUser=\n"]).user == "root")
        #expect(ServiceUnit([]).user == "root")
        #expect(ServiceUnit(["[Service]\nLoadCredential=:\n"]).credentials.isEmpty)
    }

    @Test("no text ends the program, and an invalid limit counts as none")
    func anything() {
        for seed in 0..<500 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let pieces = [
                "[Service]", "\n", "=", "User", "LimitMEMLOCK", "LimitRTPRIO", "LoadCredential",
                ":", "18446744073709551615", "9G", "-1", "T", " ", "infinity", "StateDirectory",
                "/", "\u{0}", "é",
            ]
            let text = (0..<60).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let unit = ServiceUnit(["[Service]\n" + text])
            #expect(!unit.user.isEmpty)
        }
        #expect(ServiceUnit(["[Service]\nLimitMEMLOCK=99999999999999T\n"]).lockedBytes == nil)
    }
}
