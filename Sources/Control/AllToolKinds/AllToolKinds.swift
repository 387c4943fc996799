internal import CommandTools
package import Configuration
internal import GPIOTools
internal import HTTPTools
internal import HomeAssistant
internal import MCP
internal import MQTTTools

extension ToolKinds {
    /// The kinds that there are, in the order of the shipped file.
    package static let all = ToolKinds([
        GPIOToolSettings.self, CommandToolSettings.self, HTTPToolSettings.self,
        MQTTToolSettings.self, HomeAssistantToolSettings.self, MCPToolSettings.self,
    ])
}

// The same as without the kinds, for all that there are.
extension SettingsFile {
    /// Reads files in order, later ones over earlier ones; throws all mistakes at once.
    package static func settings(
        from files: [(name: String, text: String)]
    ) throws(ConfigurationErrors) -> Settings {
        try settings(from: files, kinds: .all)
    }

    /// What is right in files, with defaults for the rest, and all mistakes.
    package static func salvaged(
        from files: [(name: String, text: String)]
    ) -> (settings: Settings, mistakes: [Diagnostic]) {
        salvaged(from: files, kinds: .all)
    }

    /// The commented file that shows every setting with its default.
    package static func template() -> String { template(kinds: .all) }
}
