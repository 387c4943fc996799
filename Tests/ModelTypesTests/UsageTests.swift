import TestInputs
import Testing
import WireCodec

@testable import ModelTypes

@Suite("What the service counts")
struct UsageTests {
    @Test("usage is read in both dialects, numbers as strings too")
    func usage() throws {
        let developer = Usage(
            json: ["promptTokenCount": 10, "responseTokenCount": "7", "totalTokenCount": 17])
        #expect(developer.prompt == 10 && developer.response == 7 && developer.total == 17)
        let vertex = Usage(json: ["candidatesTokenCount": 5, "thoughtsTokenCount": 2])
        #expect(vertex.response == 5 && vertex.thoughts == 2 && vertex.prompt == 0)
    }

    @Test("usage of any numbers is read, and none is negative")
    func usageOfAnyNumbersIs() throws {
        let names = [
            "promptTokenCount", "cachedContentTokenCount", "responseTokenCount",
            "candidatesTokenCount", "toolUsePromptTokenCount", "thoughtsTokenCount",
            "totalTokenCount",
        ]
        var count = 0
        for text in OddNumbers.json {
            for name in names {
                let usage = Usage(json: try JSONValue(parsing: "{\"\(name)\":\(text)}"))
                for number in [
                    usage.prompt, usage.cached, usage.response, usage.toolUse, usage.thoughts,
                    usage.total,
                ] { #expect(number >= 0, "\(name) \(text)") }
                let detailed = Usage(
                    json: try JSONValue(
                        parsing:
                            "{\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":\(text)}]}"
                    ))
                #expect(detailed.promptDetails.allSatisfy { $0.tokens >= 0 })
                count += 2
            }
        }
        print("number fuzz: usage, \(count) messages")
    }
}
