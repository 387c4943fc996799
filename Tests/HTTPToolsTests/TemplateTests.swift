import Curl
import ModelTypes
import Testing
import WireCodec

@testable import HTTPTools

/// Request templates of the settings, and what an argument cannot turn into.
struct TemplateTests {
    @Test(
        "an argument in a path stays one segment of it",
        arguments: [
            ("a/b", "/d/a%2Fb/e"), ("a?b#c", "/d/a%3Fb%23c/e"), ("\"'%2e", "/d/%22%27%252e/e"),
            ("a\r\nb", "/d/a%0D%0Ab/e"), ("a..b", "/d/a..b/e"), ("...", "/d/.../e"),
        ] as [(String, String)])
    func path(said: String, target: String) throws {
        #expect(try Rig("http://h.test/d/{x}/e").errand(.string(said)).address.target == target)
    }

    @Test(
        "an argument cannot lead upwards in a path, nor leave its segment empty",
        arguments: ["..", ".", "", "../admin", "a/../b", "a\\..\\b", "./x"])
    func upward(said: String) throws {
        #expect(
            try Rig("http://h.test/d/{x}/e").refusal(.string(said))
                == "nothing was done: x must neither be empty nor have a part that is . or ..")
        // Two harmless arguments do not make a dangerous part.
        #expect(
            try Rig("http://h.test/d/.{x}/e").refusal(".").isEmpty == false)
    }

    @Test("an argument in a query stays one value of it")
    func query() throws {
        let errand = try Rig("http://h.test?q={x}&z=1").errand("a&z=2#f ../?+%\u{0}é")
        #expect(errand.address.target == "/?q=a%26z%3D2%23f%20..%2F%3F%2B%25%00%C3%A9&z=1")
    }

    @Test("a header takes no line ends and no control characters")
    func header() throws {
        var rig = Rig("http://h.test/")
        rig.headers = [("X-Said", "so: {x}")]
        #expect(try rig.errand("grün \"a\"").request.headers.last?.value == "so: grün \"a\"")
        for said in ["a\r\nX-Admin: 1", "a\nb", "a\rb", "\u{0}", "\u{7F}", "\t"] {
            #expect(
                try rig.refusal(.string(said))
                    == "nothing was done: x must not hold line ends or control characters")
        }
    }

    @Test("an address that arguments make too long is not sent")
    func tooLong() throws {
        let long = String(repeating: "x", count: 1 << 20)
        #expect(try Rig("http://h.test/{x}").refusal(.string(long)).contains("8192 bytes"))
    }

    @Test("an argument chooses the host only among those that are named")
    func openHost() throws {
        var rig = Rig("http://{x}:8080/")
        #expect(rig.mistake.contains("hosts must name"))
        rig.hosts = ["lamp.lan:8080", "fan.lan"]
        #expect(try rig.errand("lamp.lan").address.server == "lamp.lan:8080")
        #expect(try rig.errand("LAMP.lan").address.server == "lamp.lan:8080")
        // A name without a port has only the usual ones.
        for said in ["fan.lan", "evil.test", "lamp.lan.evil.test"] {
            #expect(
                try rig.refusal(.string(said))
                    == "nothing was done: this host is not among the allowed ones")
        }
        for said in ["lamp.lan:80@evil.test", "evil.test/", "a b", "", "evil.test#", "[::1", "ü"] {
            #expect(try rig.refusal(.string(said)) == "nothing was done: x is no host's name")
        }
    }

    @Test(
        "an invalid address, or one that hides its host, is refused at the start",
        arguments: [
            "ftp://h.test/", "h.test/x", "http://", "http:///x", "http://user:pw@h.test/",
            "http://h.test:99999/", "http://h.test/a b", "http://h.test/#{x}", "{x}://h.test/",
            "http://h.test\\@evil.test/", "http://[::1/", "http://h%2etest/",
        ])
    func badAddresses(url: String) {
        #expect(Rig(url).mistake.contains("the url must begin with http"), "\(Rig(url).mistake)")
    }

    @Test("other mistakes of the settings are found at the start")
    func mistakes() {
        func mistake(_ change: (inout Rig) -> Void) -> String {
            var rig = Rig("http://h.test/")
            rig.method = "POST"
            change(&rig)
            return rig.mistake
        }
        #expect(mistake { _ in }.isEmpty)
        #expect(mistake { $0.url = "http://{secret:h}/" }.contains("cannot be the url's host"))
        #expect(mistake { $0.url += "{y}" }.contains("{y} is not among the parameters"))
        #expect(mistake { $0.headers = [("X Y", "1")] }.contains("\"X Y\" is not a header's name"))
        #expect(mistake { $0.headers = [("X", "1\n2")] }.contains("\"X\" is not a header's name"))
        #expect(mistake { $0.headers = [("Host", "a")] }.contains("made by the program"))
        #expect(mistake { $0.headers = [("Content-Type", "{x}")] }.isEmpty)
        #expect(
            mistake {
                $0.headers = [("Content-Type", "{x}")]
                $0.body = "1"
            }.contains("must not hold arguments"))
        #expect(mistake { $0.body = "{\"a\": \\{x}}" }.contains("the body is not JSON"))
        #expect(mistake { $0.body = "{\"a\": \"\\{x}\"}" }.contains("the body is not JSON"))
        #expect(mistake { $0.body = "hello" }.contains("the body is not JSON"))
        #expect(mistake { $0.hosts = ["http://h.test"] }.contains("which is not a host"))
        #expect(mistake { $0.answer = "/a~2" }.contains("the answer's place"))
        #expect(
            mistake {
                $0.method = "GET"
                $0.body = "{}"
            }.contains("has no body"))
    }

    @Test(
        "a redirect's location is read as browsers read it",
        arguments: [
            ("/x?y", "http://h.test:80/x?y"), ("x", "http://h.test:80/a/x"),
            ("?q", "http://h.test:80/a/b?q"), ("//o.test/x", "http://o.test:80/x"),
            ("https://o.test", "https://o.test:443/"), ("", "http://h.test:80/a/b?c"),
            ("/ü x", "http://h.test:80/%C3%BC%20x"),
        ] as [(String, String)])
    func locations(location: String, expected: String) throws {
        let from = try #require(WebAddress("http://h.test/a/b?c"))
        #expect(from.following(location)?.text == expected)
    }

    @Test(
        "a redirect does not lead to anything but a web server",
        arguments: [
            "ftp://h.test/", "javascript:alert(1)", "file:///etc/passwd", "http://", "//a@b",
        ])
    func badLocations(location: String) throws {
        let from = try #require(WebAddress("http://h.test/a/b?c"))
        #expect(from.following(location) == nil)
    }
}
