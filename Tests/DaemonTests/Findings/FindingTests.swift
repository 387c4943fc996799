import Testing
import WireCodec

@testable import Daemon

@Suite("How a finding is shown")
struct FindingTests {
    private let long = Finding(
        .broken, "service.names.silent", "name", "no name server gives an answer",
        evidence: "192.0.2.1, 192.0.2.2, 2001:db8::53 in /etc/resolv.conf: no name server answered "
            + "within 10000 ms, and nothing else did",
        remedy: .command(
            "getent hosts generativelanguage.googleapis.com; ping -c 3 192.0.2.1; resolvectl status"
        ))

    @Test("on a terminal no line of words is longer than 80 columns, and a command is in one piece")
    func columns() {
        let lines = long.lines.split(separator: "\n")
        #expect(lines.first == "FAIL  name: no name server gives an answer")
        let words = lines.filter { !$0.hasPrefix("      do: ") }
        #expect(words.count > 2)
        #expect(words.allSatisfy { $0.count <= 80 }, "\(words)")
        #expect(words.dropFirst().allSatisfy { $0.hasPrefix("      ") })
        #expect(lines.last == "      do:   \(long.remedy?.text ?? "")")
        // Nothing is lost at the ends of lines.
        let shown = words.joined(separator: " ").split(separator: " ").joined(separator: " ")
        #expect(shown == "FAIL name: \(long.result) seen: \(long.evidence ?? "")")
    }

    @Test("as JSON it has what there is of it, and the counts are those of the findings")
    func json() throws {
        var report = FindingReport()
        report.add([
            long, Finding(.works, "key", "key", "from the file \"/x\""),
            Finding(.unknown, "service.time", "time", "not tried", remedy: .action("wait")),
        ])
        let read = try JSONValue(parsing: Array(report.json.serialized.utf8))
        #expect(read["version"]?.int == 1)
        #expect(read["martlet"]?.string == ProgramVersion.text)
        #expect(
            read["counts"] == ["works": 1, "weak": 0, "broken": 1, "unknown": 1])
        let findings = read["findings"]?.array ?? []
        #expect(
            findings.map { $0["name"]?.string } == ["service.names.silent", "key", "service.time"])
        #expect(findings[0]["grade"] == "broken")
        #expect(findings[0]["remedy"]?["command"]?.string == long.remedy?.text)
        #expect(findings[1]["result"] == "from the file \"/x\"")
        #expect(findings[1]["evidence"] == nil && findings[1]["remedy"] == nil)
        #expect(findings[2]["remedy"] == ["action": "wait"])
        #expect(report.isBroken)
        #expect(report.summary == "1 broken, 1 not tried, 1 fine")
    }

    @Test("what far ends write cannot steer the terminal, wherever it is shown")
    func steering() {
        let evil = "\u{1B}[2Jok\r\n"
        let finding = Finding(.weak, "x", evil, evil, evidence: evil, remedy: .command(evil))
        for text in [finding.lines, finding.description, finding.text] {
            #expect(!text.contains("\u{1B}") && !text.contains("\r"), "\(text.debugDescription)")
        }
    }

    @Test(
        "what a command works on is one word of the shell's",
        arguments: [
            ("/var/lib/martlet", "/var/lib/martlet"), ("", "''"), ("/a b", "'/a b'"),
            ("/it's; rm -rf /", "'/it'\\''s; rm -rf /'"), ("$(id)", "'$(id)'"),
        ])
    func quoted(text: String, expected: String) {
        #expect(text.quoted == expected)
    }

    @Test(
        "the Date header of a server is a moment",
        arguments: [
            // The example of RFC 9110, and what `date -u -d` says of leap days and ends of years.
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777 as Int64?),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Fri, 31 Dec 1999 23:59:60 GMT", 946_684_800),
            ("Tue, 01 Dec 2026 01:44:54 GMT", 1_796_089_494),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
            ("Sun, 32 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
            ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", nil), ("", nil),
            ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, +6 Nov 1994 08:49:37 GMT", nil),
        ])
    func date(text: String, seconds: Int64?) {
        #expect(HTTPDate(text)?.seconds == seconds)
    }

    @Test("name servers are read from resolv.conf as the resolver reads them")
    func nameServers() {
        let text = """
            # nameserver 192.0.2.1
            search home.test
            nameserver 192.0.2.2
            \tnameserver\t2001:db8::53 ; the other
            nameserver
            options timeout:1
            """
        #expect(LineProbes.nameServers(text) == ["192.0.2.2", "2001:db8::53"])
    }
}
