package import Configuration
internal import ModelTypes
package import Tools
internal import WireCodec

// Sources that add functions while the program runs; so far, all are servers.
extension ToolSet {
    /// The names of the servers; their functions are added when they have answered.
    package var serverNames: [String] { sources.names }

    /// The names of the servers of the settings; starts none.
    package static func servers(_ settings: Settings) throws(ConfigurationErrors) -> [String] {
        try ToolSet(dry: settings).serverNames
    }

    /// Starts the servers and returns at once; `onChange` is called whenever functions have
    /// changed.
    func startServers(log: Log, onChange: @escaping @Sendable () -> Void) {
        guard !sources.names.isEmpty else { return }
        registry.onChange(onChange)
        sources.start(registry, log: log)
    }

    /// Starts the servers, or only the one of this name; returns at once.
    package func startServers(log: Log, only name: String? = nil) {
        sources.start(registry, log: log, only: name)
    }

    /// Returns when each server that was started has listed its tools, or has failed once.
    package func serversSettled() async { await sources.settled() }

    /// Ends the servers; returns when all have ended.
    package func endServers() async { await sources.stop() }

    /// The server that a function would belong to by its name; nil for other functions.
    package func server(ofFunction name: String) -> String? {
        sources.names.first {
            name.hasPrefix("\($0)_") && registry.fixedNames.contains(name) == false
        }
    }

    /// What servers and settings offer together.
    package struct Offer: Sendable {
        /// Each function as the model sees it, those of servers among them.
        package var declarations: [ToolDeclaration] = []
        /// What is wrong with the servers, one line each.
        package var notes: [String] = []
        /// What the settings leave out, one line each.
        package var unwanted: [String] = []
        /// The servers that could not be reached, such as "MCP server kitchen".
        package var failed: [String] = []

        /// Nothing.
        package init() {}
    }

    /// Starts the servers, asks them what they offer and ends them, but opens no line.
    package static func offered(_ settings: Settings, log: Log) async throws -> Offer {
        let set = try ToolSet(dry: settings, secrets: log.secrets)
        set.startServers(log: log)
        await set.serversSettled()
        var offered = Offer()
        offered.declarations = set.registry.tools
        offered.notes = await set.sources.notes().map { log.secrets.hide(in: $0) }
        offered.unwanted = await set.sources.unwanted()
        offered.failed = await set.sources.failed()
        await set.sources.stop()
        return offered
    }
}
