import Live
import WireCodec

/// The stages between samples and the wire.
enum WireComponents {
    static func measure(into table: inout ComponentTable) throws {
        let up = Signal.speech(samples: 320)
        let down = Signal.speech(samples: 480)
        var text: [UInt8] = []
        table.measure("base64 encode, 640 bytes") {
            text.removeAll(keepingCapacity: true)
            Base64.append(up[...], to: &text)
        }
        var encoded: [UInt8] = []
        Base64.append(down[...], to: &encoded)
        var samples: [Int16] = []
        table.measure("base64 decode, 960 bytes") {
            samples.removeAll(keepingCapacity: true)
            _ = Base64.decode(encoded[...], appendingTo: &samples)
        }
        table.measure("audio message encode") {
            text.removeAll(keepingCapacity: true)
            AudioMessage.append(up[...], sampleRate: 16_000, to: &text)
        }
        let message = serverMessage(encoded)
        table.measure("server audio message decode") {
            samples.removeAll(keepingCapacity: true)
            _ = AudioMessage.decode(message, appendingTo: &samples)
        }
        table.measure("server message, as the session reads it") {
            samples = ServerMessage.read(message).audio
        }
        let words =
            Array(
                "{\n  \"serverContent\": {\n    \"outputTranscription\": {\n      \"text\": "
                    .utf8) + Array("\"A martlet\"\n    }\n  }\n}\n".utf8)
        var length = 0
        table.measure("server message with a transcript") {
            length += ServerMessage.read(words).outputTranscript?.text.utf8.count ?? 0
        }
    }

    /// In the service's own style: indented, with a line end.
    private static func serverMessage(_ base64: [UInt8]) -> [UInt8] {
        Array(
            """
            {
              "serverContent": {
                "modelTurn": {
                  "parts": [
                    {
                      "inlineData": {
                        "mimeType": "audio/pcm;rate=24000",
                        "data": "
            """.utf8) + base64
            + Array("\"\n          }\n        }\n      ]\n    }\n  }\n}\n".utf8)
    }
}

/// Samples that resemble speech to a codec.
enum Signal {
    /// A voice of 160 Hz with breath at 16 kHz, in syllables of 200 ms and pauses of 50 ms: a
    /// sentence of two seconds, then half a second of a quiet room.
    static func speech(samples count: Int) -> [Int16] {
        var state: UInt32 = 1
        return (0..<count).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            let noise = Int(state >> 20) - 2048
            let isSpoken = index % 40_000 < 32_000 && index % 4000 < 3200
            let wave = (index % 100 - 50) * 160
            return isSpoken ? Int16(clamping: wave + noise) : Int16(noise / 64)
        }
    }
}
