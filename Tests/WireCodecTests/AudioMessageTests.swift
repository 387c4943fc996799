import Testing

@testable import WireCodec

struct AudioMessageTests {
    private func decode(_ text: String) -> [Int16]? {
        var samples: [Int16] = [5]
        let isTaken = AudioMessage.decode(Array(text.utf8), appendingTo: &samples)
        #expect(samples.first == 5)
        guard isTaken else {
            #expect(samples == [5])
            return nil
        }
        return Array(samples.dropFirst())
    }

    @Test("the envelope of microphone samples matches the reference")
    func envelope() {
        var message: [UInt8] = []
        AudioMessage.append([0, 1, -1][...], sampleRate: 16_000, to: &message)
        let expected =
            #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":"AAABAP//"}}}"#
        #expect(String(decoding: message, as: UTF8.self) == expected)
    }

    @Test("audio of any length is found to its last sample, wherever its string ends")
    func lengths() {
        for count in 1...48 {
            let samples = (0..<count).map { Int16($0 * 700 - 9000) }
            var text: [UInt8] = []
            Base64.append(samples[...], to: &text)
            for part in [String(repeating: " ", count: count % 9), "\n"] {
                let message =
                    #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":\#(part){"data":""#
                    + String(decoding: text, as: UTF8.self)
                    + #"","mimeType":"audio/pcm;rate=24000"}}]}}}"#
                #expect(decode(message) == samples)
            }
        }
    }

    @Test(
        "audio is found in every form seen on the wire",
        arguments: [
            """
            {
              "serverContent": {
                "modelTurn": {
                  "parts": [
                    {
                      "inlineData": {
                        "mimeType": "audio/pcm;rate=24000",
                        "data": "AAABAP//"
                      }
                    }
                  ]
                }
              }
            }

            """,
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAABAP__","mimeType":"audio/pcm"}}],"role":"model"}}}"#,
            #"{"serverContent":{"modelTurn":{"role":"model","parts":[{"inlineData":{"data":"AAAB","mimeType":"audio/pcm"}},{"inlineData":{"data":"AP//","mimeType":"audio/pcm"}}]}}}"#,
        ])
    func shapes(text: String) {
        // The last form splits a sample between its parts, which the full parser joins.
        if text.contains("AAAB\",") {
            #expect(decode(text) == nil)
            return
        }
        #expect(decode(text) == [0, 1, -1])
    }

    @Test(
        "messages other than plain audio are left to the full parser",
        arguments: [
            "", "{", #"{"serverContent":{}}"#, #"{"setupComplete":{}}"#,
            #"{"serverContent":{"modelTurn":{"parts":[{"text":"hi"}]}}}"#,
            #"{"serverContent":{"modelTurn":{"parts":[]}}}"#,
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAAA\u0041==","mimeType":"audio/pcm"}}]}}}"#,
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAA=","mimeType":"audio/ogg"}}]}}}"#,
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAA=","mimeType":"audio/pcm"}}]},"interrupted":true}}"#,
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAA=","mimeType":"audio/pcm"}}]}}} x"#,
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"A*A=","mimeType":"audio/pcm"}}]}}}"#,
        ])
    func others(text: String) {
        #expect(decode(text) == nil)
    }

    @Test("a message cut anywhere is not accepted")
    func truncated() {
        let whole =
            #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"AAABAP//"}}]}}}"#
        for count in 0..<whole.utf8.count {
            #expect(decode(String(whole.prefix(count))) == nil)
        }
        #expect(decode(whole) != nil)
    }
}
