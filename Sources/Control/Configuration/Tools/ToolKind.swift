package import Tools

/// A kind of tool, `[[tool.KIND]]`: what its table holds beside the keys that all kinds share.
///
/// To add a kind: a type of its own in `ToolKind+Name.swift`, its place in `ToolKinds.all`, and in
/// the daemon an extension of `ToolSetBuilder` that makes tools of it.
package protocol ToolKind: Sendable {
    /// The last part of the table's name: "gpio" of `[[tool.gpio]]`.
    static var name: String { get }
    /// Which of the shared keys it has.
    static var shape: ToolShape { get }
    /// How much harm a call can do when nothing is said.
    static var usualRisk: ToolRisk { get }
    /// The kind in the shipped file: comment lines, without those of the shared keys.
    static var example: String { get }
    /// Reads what only this kind has; nil when something required is missing, which the reader
    /// then tells.
    static func read(_ table: inout TableReader) -> Self?
    /// What only this kind has, key and value as TOML writes it, for `martlet config show`.
    var members: [(key: String, toml: String)] { get }
    /// How much harm a call of this one can do when nothing is said.
    var ownRisk: ToolRisk { get }
    /// Whether some of its calls may have to be confirmed, whatever its own risk is.
    var mayAsk: Bool { get }
    /// What is allowed, but should be meant, beside what is said of all kinds.
    func warnings(_ shared: ToolSettings) -> [String]
    /// The texts that may hold secrets, for whoever looks whether they are there; none unless a
    /// kind says so.
    var secretTexts: [SecretText] { get }
}

extension ToolKind {
    package var ownRisk: ToolRisk { Self.usualRisk }
    package var mayAsk: Bool { false }
    package func warnings(_ shared: ToolSettings) -> [String] { [] }
    package var secretTexts: [SecretText] { [] }
}

/// Which of the shared keys a kind has.
package enum ToolShape: Sendable {
    /// A function of the model's own: all of them.
    case function
    /// A part of a function that the program makes: no parameters.
    case part
    /// Something that brings functions along: no parameters, no description. The limits are those
    /// of each of its functions.
    case source
}

/// The kinds that there are.
package enum ToolKinds {
    /// In the order of the shipped file.
    package static let all: [any ToolKind.Type] = [
        GPIOToolSettings.self, CommandToolSettings.self, HTTPToolSettings.self,
        MQTTToolSettings.self,
        HomeAssistantToolSettings.self, MCPToolSettings.self,
    ]

    static let names = all.map { $0.name }

    /// The kind of a name.
    static func named(_ name: String) -> (any ToolKind.Type)? { all.first { $0.name == name } }
}
