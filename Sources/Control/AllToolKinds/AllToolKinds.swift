internal import CommandTools
package import Configuration
internal import GPIOTools
internal import HTTPTools
internal import HomeAssistant
internal import MCP
internal import MQTTTools

extension ToolKinds {
    /// All kinds of tools, in the order of the shipped file.
    package static let all = ToolKinds([
        GPIOToolSettings.self, CommandToolSettings.self, HTTPToolSettings.self,
        MQTTToolSettings.self, HomeAssistantToolSettings.self, MCPToolSettings.self,
    ])
}

// The same functions without the argument `kinds`, for all kinds.
extension SettingsFile {
    /// Reads files in order, later ones override earlier ones; throws all mistakes at once.
    package static func settings(
        from files: [(name: String, text: String)]
    ) throws(ConfigurationErrors) -> Settings {
        try settings(from: files, kinds: .all)
    }

    /// What is right in the files, with defaults for the rest, and all mistakes.
    package static func salvaged(
        from files: [(name: String, text: String)]
    ) -> (settings: Settings, mistakes: [Diagnostic]) {
        salvaged(from: files, kinds: .all)
    }

    /// The commented file that shows every setting with its default.
    package static func template() -> String { template(kinds: .all) }
}
