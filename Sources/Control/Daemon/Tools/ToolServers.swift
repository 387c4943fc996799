internal import MCP
internal import Synchronization
internal import Tools

/// The MCP servers of the configuration: what they are, and those that run.
///
/// ## Concurrency
/// Every method may be called from every task; the lock protects the list of those that run.
final class ToolServers: Sendable {
    /// A server that can be started.
    struct Plan: Sendable {
        let name: String
        let make: @Sendable (ToolRegistry, Log) -> ServerClient
    }

    private let plans: [Plan]
    private let running = Mutex<[ServerClient]>([])

    init(_ plans: [Plan]) { self.plans = plans }

    var names: [String] { plans.map(\.name) }

    /// Starts all of them, or the one of a name; returns at once.
    func start(_ registry: ToolRegistry, log: Log, only name: String? = nil) {
        for plan in plans where name == nil || plan.name == name {
            let client = plan.make(registry, log)
            running.withLock { $0.append(client) }
            Task { await client.start() }
        }
    }

    /// Returns when each has listed its tools, or has failed once; each has its limits of time.
    func settled() async {
        for client in running.withLock({ $0 }) { await client.settled() }
    }

    /// What is to be said of those that run, one line each.
    func notes() async -> [String] {
        var notes: [String] = []
        for client in running.withLock({ $0 }) {
            notes += await client.notes.map { "MCP server \(client.name): \($0)" }
        }
        return notes
    }

    /// What the settings leave out of those that run, one line each.
    func unwanted() async -> [String] {
        var lines: [String] = []
        for client in running.withLock({ $0 }) {
            let unwanted = await client.unwanted
            if !unwanted.isEmpty { lines.append("MCP server \(client.name): \(unwanted)") }
        }
        return lines
    }

    /// The names of those that are not there.
    func failed() async -> [String] {
        var failed: [String] = []
        for client in running.withLock({ $0 }) {
            if await client.isFailed { failed.append(client.name) }
        }
        return failed
    }

    /// Ends them and takes their functions back; returns when nothing of them is left.
    func stop() async {
        let clients = running.withLock { running in
            defer { running = [] }
            return running
        }
        await withTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.stop() } }
        }
    }
}
