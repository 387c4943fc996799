import ModelTypes
import Testing
import WireCodec

@testable import Tools

@Suite("declarations of tools")
struct ToolDeclarationTests {
    private func declare(
        _ name: String = "light", _ description: String = "Switches a light.",
        _ parameters: JSONValue = ["type": "object"], deadline: Duration = .seconds(1)
    ) throws -> ToolDeclaration {
        try ToolDeclaration(
            name: name, description: description, parameters: parameters,
            terms: ToolTerms(deadline: deadline))
    }

    @Test("names that the service does not accept are refused", arguments: ["", "1a", "a b", "ä"])
    func badNames(name: String) {
        #expect(throws: ToolDeclarationError.badName(name)) { try declare(name) }
    }

    @Test("names that the service accepts pass", arguments: ["a", "_x", "home.light:2-b"])
    func goodNames(name: String) throws {
        #expect(try declare(name).name == name)
    }

    @Test("a declaration without words, time or an object is refused")
    func otherFaults() {
        #expect(throws: ToolDeclarationError.noDescription("light")) { try declare("light", "") }
        #expect(throws: ToolDeclarationError.badDeadline("light")) { try declare(deadline: .zero) }
        #expect(throws: ToolDeclarationError.self) { try declare("light", "x", ["type": "string"]) }
    }

    @Test("two tools of one name are refused")
    func duplicates() throws {
        let tool = try TestTool("light") { _ in .null }
        #expect(throws: ToolDeclarationError.duplicate("light")) { try ToolRegistry([tool, tool]) }
    }

    @Test("the setup declares every tool with its schema, or none if there are none")
    func declarations() throws {
        let parameters: JSONValue = ["type": "object", "properties": ["x": ["type": "string"]]]
        let registry = try ToolRegistry([
            try TestTool("b", parameters: parameters) { _ in .null },
            try TestTool("a") { _ in .null },
        ])
        #expect(
            registry.declarations == [
                FunctionDeclaration(name: "b", description: "A test.", parameters: parameters),
                FunctionDeclaration(name: "a", description: "A test."),
            ])
    }
}
