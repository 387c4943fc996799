internal import ModelTypes
import WireCodec

/// Samples in messages, as the simulated service reads and writes them.
enum AudioInput {
    private static let head = Array(
        #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":""#.utf8)
    private static let tail = Array(#""}}}"#.utf8)

    /// The samples of a message in the plainest shape; nil for any other, which is read in full.
    static func samples(ofPlain message: [UInt8]) -> [Int16]? {
        guard message.count >= head.count + tail.count, message.starts(with: head),
            message[(message.count - tail.count)...].elementsEqual(tail)
        else { return nil }
        var samples: [Int16] = []
        let text = message[head.count..<(message.count - tail.count)]
        return Base64.decode(text, appendingTo: &samples) ? samples : nil
    }

    /// Whether a MIME type is the sound that is taken; other rates would be misheard.
    static func isPCM(_ type: String) -> Bool {
        let parts = type.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " }.lowercased()
        }
        return parts.first == "audio/pcm" && parts.dropFirst().allSatisfy { $0 == "rate=16000" }
    }

    static func samples(of text: String) -> [Int16]? {
        var samples: [Int16] = []
        return Base64.decode(Array(text.utf8)[...], appendingTo: &samples) ? samples : nil
    }

    static func message(_ samples: [Int16]) -> JSONValue {
        var text: [UInt8] = []
        Base64.append(samples[...], to: &text)
        return [
            "serverContent": [
                "modelTurn": [
                    "parts": [
                        [
                            "inlineData": [
                                "mimeType": "audio/pcm;rate=24000",
                                "data": .string(String(decoding: text, as: UTF8.self)),
                            ]
                        ]
                    ]
                ]
            ]
        ]
    }
}
