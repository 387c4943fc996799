package import ModelTypes

/// The tools that the model is offered, by name.
package struct ToolRegistry: Sendable {
    /// The service takes no more functions than this (live-protocol.md 2.4).
    package static let maximumTools = 512

    private let tools: [any Tool]

    /// Tools in the order they are declared in; refuses two of one name, and too many.
    package init(_ tools: [any Tool]) throws(ToolDeclarationError) {
        guard tools.count <= Self.maximumTools else { throw .tooMany(tools.count) }
        var names: Set<String> = []
        for tool in tools where !names.insert(tool.declaration.name).inserted {
            throw .duplicate(tool.declaration.name)
        }
        self.tools = tools
    }

    /// The tool of that name.
    package subscript(name: String) -> (any Tool)? { tools.first { $0.declaration.name == name } }

    /// The names, in the order of the configuration.
    package var names: [String] { tools.map(\.declaration.name) }

    /// What the setup message declares, in the order of the configuration.
    package var declarations: [FunctionDeclaration] {
        tools.map(\.declaration.announcement)
    }
}
