import Linux
import Mosquitto
import TestSockets
import Testing

/// A broker's packets with numbers at their limits (MQTT 5.0, section 2): none ends the client.
@Suite(.timeLimit(.minutes(5)))
struct NumberFuzzTests {
    /// A CONNACK without properties, and with them.
    private static func greeting(_ properties: [UInt8] = []) -> [UInt8] {
        [0x20, UInt8(3 + properties.count), 0, 0, UInt8(properties.count)] + properties
    }

    private static let words: [UInt16] = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF]
    private static let longs: [UInt32] = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]

    private static func bytes(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }

    private static func bytes(_ long: UInt32) -> [UInt8] {
        bytes(UInt16(long >> 16)) + bytes(UInt16(long & 0xFFFF))
    }

    /// A broker's packets after CONNECT, each on a connection of its own.
    private static let scripts: [[UInt8]] = {
        var scripts: [[UInt8]] = []
        for word in words {
            let number = bytes(word)
            // Keep alive, receive maximum, topic alias maximum of the CONNACK.
            for property in [0x13, 0x21, 0x22] as [UInt8] {
                scripts.append(greeting([property] + number))
            }
            // PUBACK, SUBACK and UNSUBACK of unknown packets.
            scripts.append(greeting() + [0x40, 2] + number)
            scripts.append(greeting() + [0x40, 4] + number + [0x87, 0])
            scripts.append(greeting() + [0x90, 4] + number + [0, 0xFF])
            scripts.append(greeting() + [0x90, 3] + number + [0])
            scripts.append(greeting() + [0xB0, 4] + number + [0, 0])
            // PUBLISH whose topic has this length, of each quality, and with this packet number.
            for kind in [0x30, 0x32, 0x34, 0x36, 0x3F] as [UInt8] {
                scripts.append(greeting() + [kind, 7] + number + [0x61, 0, 1, 0, 0x78])
            }
            scripts.append(greeting() + [0x32, 7, 0, 1, 0x61] + number + [0, 0x78])
            // PUBREL and PUBCOMP of it.
            scripts.append(greeting() + [0x62, 2] + number)
            scripts.append(greeting() + [0x70, 2] + number)
        }
        for long in longs {
            // Maximum packet size and session expiry of the CONNACK; message expiry of a message.
            for property in [0x27, 0x11] as [UInt8] {
                scripts.append(greeting([property] + bytes(long)))
            }
            scripts.append(greeting() + [0x30, 10, 0, 1, 0x61, 5, 0x02] + bytes(long) + [0x78])
        }
        // Lengths of packets and of properties, from one byte to more than allowed.
        for length: [UInt8] in [
            [0], [1], [0x7F], [0x80, 1], [0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF],
            [0x80, 0x80, 0x80, 0x80, 1],
        ] {
            for kind in [0x20, 0x30, 0x40, 0x90, 0xD0, 0xE0, 0xF0, 0x00] as [UInt8] {
                scripts.append(greeting() + [kind] + length + [0, 1, 0x61])
            }
            scripts.append([0x20] + length + [0, 0, 0])
            scripts.append(greeting() + [0x30, 9, 0, 1, 0x61] + length + [0x78])
        }
        // Reasons of a CONNACK and of a DISCONNECT.
        for reason in [0, 1, 5, 0x7F, 0x80, 0x87, 0x9C, 0xFF] as [UInt8] {
            scripts.append([0x20, 3, 0, reason, 0])
            scripts.append(greeting() + [0xE0, 1, reason])
        }
        return scripts
    }()

    @Test("packets with any numbers cost the connection at most, and the client goes on")
    func packetsOfAnyNumbersCost() async throws {
        for (number, script) in Self.scripts.enumerated() {
            let server = try RawServer { line in
                _ = line.read()
                line.write(script)
            }
            let events = Events()
            let client = try MQTTClient(
                BrokerSettings(host: "127.0.0.1", port: server.port, clientID: "m\(number)"),
                onEvent: events.sink)
            try client.subscribe(to: "a")
            try client.start()
            let why = await events.disconnected()
            #expect(why != nil)
            #expect(why.map { !$0.description.isEmpty } == true)
            await client.stop(farewell: [])
        }
        print("number fuzz: \(Self.scripts.count) lines of a broker")
    }
}
