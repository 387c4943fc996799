import Testing

@testable import Configuration

@Suite("Names of secrets in a text")
struct SecretTextTests {
    @Test("names are found between the words at any place")
    func pieces() throws {
        #expect(try SecretText("").pieces.isEmpty)
        #expect(try SecretText("plain {level}").pieces == [.text("plain {level}")])
        #expect(
            try SecretText("Bearer {secret:my-key_1.a}!").pieces
                == [.text("Bearer "), .secret("my-key_1.a"), .text("!")])
        let pair = try SecretText("{secret:user}:{secret:word}")
        #expect(pair.pieces == [.secret("user"), .text(":"), .secret("word")])
        #expect(pair.names == ["user", "word"])
        #expect(pair.written == "{secret:user}:{secret:word}")
    }

    @Test("doubled braces are skipped, as templates escape single ones so")
    func doubledBraces() throws {
        #expect(try SecretText("{{secret:a}}").names.isEmpty)
        #expect(try SecretText("{{secret:a}}").pieces == [.text("{{secret:a}}")])
        #expect(
            try SecretText("{{\"k\": \"{secret:a}\"}}").pieces
                == [.text("{{\"k\": \""), .secret("a"), .text("\"}}")])
    }

    @Test(
        "a name that no file of a folder could have is refused, and not repeated",
        arguments: [
            "{secret:}", "{secret:../../etc/shadow}", "{secret:a b}", "{secret:.hidden}",
            "{secret:hunter2!}", "{secret:é}", "{secret:open",
        ])
    func badNames(text: String) {
        do {
            _ = try SecretText(text)
            Issue.record("\(text) was accepted")
        } catch {
            let inner = text.dropFirst("{secret:".count).prefix { $0 != "}" }
            #expect(inner.isEmpty || !error.description.contains(inner))
        }
    }

    @Test("a name has a longest length")
    func longNames() throws {
        let long = String(repeating: "n", count: 64)
        #expect(try SecretText("{secret:\(long)}").names == [long])
        #expect(throws: SecretTextError.badName) { try SecretText("{secret:\(long)n}") }
    }
}
