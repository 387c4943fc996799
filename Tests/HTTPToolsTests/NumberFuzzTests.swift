import ModelTypes
import TestHTTP
import TestInputs
import Testing
import WireCodec

@testable import HTTPTools

/// Any number from a server or an address, in every place that reads one.
@Suite(.timeLimit(.minutes(5)))
struct NumberFuzzTests {
    @Test("a port of any number is valid, or the address is refused")
    func aPortOfAnyNumber() {
        var count = 0
        for text in OddNumbers.json + OddNumbers.tooLarge {
            for address in ["http://h:\(text)/", "https://[::1]:\(text)", "//h:\(text)/x"] {
                count += 1
                if let address = WebAddress(address) {
                    #expect((1...65_535).contains(address.port))
                }
                if let next = WebAddress("http://h/")?.following(address) {
                    #expect((1...65_535).contains(next.port))
                }
            }
        }
        print("number fuzz: \(count) addresses")
    }

    @Test("an answer with any number in its head or body is an answer or an error")
    func anAnswerWithAnyNumber()
        async throws
    {
        var count = 0
        for text in OddNumbers.json + OddNumbers.tooLarge {
            for head in [
                "Content-Length: \(text)", "Retry-After: \(text)",
                "Age: \(text)\r\nContent-Length: 2",
            ] {
                let server = try ScriptedServer { _ in
                    [.send(Array("HTTP/1.1 200 OK\r\n\(head)\r\n\r\n{}".utf8)), .hangUp]
                }
                let rig = Rig(server.url())
                let answer = try await rig.call(["x": "1"])
                #expect(answer["output"] != nil || answer["error"] != nil)
                count += 1
            }
            let server = try ScriptedServer { _ in
                .reply(200, "{\"a\":[\(text)]}", headers: [("Content-Type", "application/json")])
            }
            var rig = Rig(server.url())
            rig.answer = "a.0"
            let answer = try await rig.call(["x": "1"])
            #expect(answer["output"] != nil || answer["error"] != nil)
            count += 1
        }
        print("number fuzz: \(count) answers of web servers")
    }

    @Test("a status of any number is an answer or an error")
    func aStatusOfAnyNumber() async throws {
        for status in [
            "0", "1", "99", "199", "204", "299", "304", "418", "600", "999", "1000", "-1", "65536",
            "99999999999",
        ] {
            let server = try ScriptedServer { _ in
                [.send(Array("HTTP/1.1 \(status) X\r\nContent-Length: 2\r\n\r\nok".utf8)), .hangUp]
            }
            let answer = try await Rig(server.url()).call(["x": "1"])
            #expect(answer["output"] != nil || answer["error"] != nil, "\(status)")
        }
    }
}
