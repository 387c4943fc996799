import WireCodec

/// Samples in messages, as the simulated service reads and writes them.
enum AudioInput {
    private static let head = Array(
        #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":""#.utf8)
    private static let tail = Array(#""}}}"#.utf8)

    /// The samples of a message in the plainest shape; nil for any other shape, which needs the
    /// JSON parser.
    static func samples(ofPlain message: [UInt8]) -> [Int16]? {
        guard message.count >= head.count + tail.count, message.starts(with: head),
            message[(message.count - tail.count)...].elementsEqual(tail)
        else { return nil }
        var samples: [Int16] = []
        let text = message[head.count..<(message.count - tail.count)]
        return Base64.decode(text, appendingTo: &samples) ? samples : nil
    }

    static func samples(of text: String) -> [Int16]? {
        var samples: [Int16] = []
        return Base64.decode(Array(text.utf8)[...], appendingTo: &samples) ? samples : nil
    }

    /// A message with these sounds as its parts, in the format of one of the two services.
    static func message(
        _ parts: [[Int16]], backend: Access.Backend = .developer
    ) -> JSONValue {
        let type = backend == .vertex ? "audio/pcm" : "audio/pcm;rate=24000"
        let content = parts.map { samples -> JSONValue in
            var text: [UInt8] = []
            Base64.append(samples[...], to: &text)
            return [
                "inlineData": [
                    "mimeType": .string(type),
                    "data": .string(String(decoding: text, as: UTF8.self)),
                ]
            ]
        }
        var turn: JSONObject = ["parts": .array(content)]
        if backend == .vertex { turn["role"] = "model" }
        return ["serverContent": ["modelTurn": .object(turn)]]
    }

    /// The rate of PCM (Hz), 16,000 if none is given; nil for other types.
    static func rate(ofMIMEType type: String) -> Int? {
        let parts = type.split(separator: ";").map { part in
            part.filter { $0 != " " }.lowercased()
        }
        guard parts.first == "audio/pcm" else { return nil }
        guard let rate = parts.dropFirst().first(where: { $0.hasPrefix("rate=") }) else {
            return 16_000
        }
        return Int(rate.dropFirst(5)).flatMap { (1000...192_000).contains($0) ? $0 : nil }
    }

    /// Converts to 16 kHz by picking the nearest samples: the simulated model does not listen
    /// closely.
    static func converted(_ samples: [Int16], from rate: Int) -> [Int16] {
        guard rate != 16_000 else { return samples }
        return (0..<samples.count * 16_000 / rate).map { samples[$0 * rate / 16_000] }
    }
}
