import TestInputs
import Testing
import WireCodec

@testable import MCP

/// Any number, id, count and length that an MCP server can write.
@Suite("numbers of MCP servers")
struct NumberTests {
    /// A message of a server; `#` is replaced by a wild value, and `ID` by the id of the newest
    /// request.
    private static let messages = [
        #"{"jsonrpc": #, "id": ID, "result": {}}"#,
        #"{"jsonrpc": "2.0", "id": #, "result": {"content": []}}"#,
        #"{"jsonrpc": "2.0", "id": #, "error": {"code": #, "message": #}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "error": {"code": #, "message": #}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "error": #}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": #}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": {"content": #, "isError": #}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": {"protocolVersion": #, "capabilities": #}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": {"supportedVersions": #, "capabilities": #}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": {"tools": #, "nextCursor": #}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": {"tools": [{"name": #, "inputSchema": #}]}}"#,
        #"{"jsonrpc": "2.0", "id": ID, "result": {"ttlMs": #, "resultType": #}}"#,
        #"{"jsonrpc": "2.0", "id": #, "method": "ping"}"#,
        #"{"jsonrpc": "2.0", "id": #, "method": #}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/progress", "params": #}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/progress", "params": "#
            + #"{"progressToken": #, "progress": #, "total": #}}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": #}}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": #}}"#,
        #"[{"jsonrpc": "2.0", "id": #, "result": #}, #]"#,
        "#",
    ]

    @Test(
        "no message ends the daemon, and every call ends once",
        arguments: 1...40 as ClosedRange<UInt64>)
    func messages(seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        let rig = MachineRig()
        rig.becomeReady()
        var last = 0
        for _ in 0..<300 {
            switch Int.random(in: 0..<8, using: &numbers) {
            case 0:
                last += 1
                rig.call(last)
            case 1: rig.wait(Double.random(in: 0...30, using: &numbers))
            case 2: rig.tell(.lost("gone"))
            case 3: rig.tell(.opened)
            default:
                let text = Self.message(rig, &numbers)
                guard let json = try? JSONValue(foreign: Array(text.utf8)) else {
                    rig.tell(.noise(text))
                    continue
                }
                rig.receive(json)
            }
        }
        rig.stop()
        rig.tell(.lost("ended"))
        rig.wait(1)
        #expect(rig.isStopped)
        #expect(rig.ended.keys.sorted() == Array(1...max(last, 1)).prefix(last).map { $0 })
    }

    private static func message(_ rig: MachineRig, _ numbers: inout SeededGenerator) -> String {
        let template = messages.randomElement(using: &numbers) ?? "#"
        let id = rig.sent.last { $0["id"] != nil }?["id"]?.int ?? 0
        var text = ""
        for character in template.replacing("ID", with: "\(id)") {
            text +=
                character == "#"
                ? Numbers.wild.randomElement(using: &numbers) ?? "0" : String(character)
        }
        return text
    }

    @Test("each value at each place, one at a time")
    func alone() throws {
        var count = 0
        for template in Self.messages {
            for value in Numbers.wild {
                let rig = MachineRig()
                rig.becomeReady()
                rig.call(1)
                let id = rig.id(of: "tools/call") ?? 0
                let text = template.replacing("ID", with: "\(id)").replacing("#", with: value)
                if let json = try? JSONValue(foreign: Array(text.utf8)) { rig.receive(json) }
                rig.wait(100)
                #expect(rig.ended.count == 1, "\(text)")
                count += 1
            }
        }
        #expect(count == Self.messages.count * Numbers.wild.count)
    }

    @Test("a result's description of its parts is a text, whatever is in it")
    func results() {
        let templates = [
            #"{"content": #, "structuredContent": #, "isError": #}"#,
            #"{"content": [{"type": "text", "text": #}]}"#,
            #"{"content": [{"type": "image", "data": #, "mimeType": #}]}"#,
            #"{"content": [{"type": "resource", "resource": {"uri": #, "text": #, "size": #}}]}"#,
            #"{"content": [{"type": "resource_link", "uri": #, "name": #, "size": #}]}"#,
            #"{"content": [{"type": #}, #]}"#,
        ]
        for template in templates {
            for value in Numbers.wild {
                guard
                    let json = try? JSONValue(
                        foreign: Array(template.replacing("#", with: value).utf8))
                else { continue }
                let told = try? CallResult.value(of: json, source: "kitchen", limitBytes: 1_000)
                #expect(told?.serialized.isEmpty != true)
            }
        }
    }

    @Test("a flood in one batch counts each message in it")
    func batch() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.receive(.array(Array(repeating: [:], count: 1_000_000)))
        #expect(rig.closes == 1)
        #expect(rig.logged.count < 10_000)
    }
}
