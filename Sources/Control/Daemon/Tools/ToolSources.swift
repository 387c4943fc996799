internal import Synchronization
internal import Tools

/// The sources that add functions while the program runs: their plans, and those that were started.
///
/// ## Concurrency
/// Every method may be called from every task; the lock protects the list of those that run.
final class ToolSources: Sendable {
    private let plans: [ToolSourcePlan]
    private let running = Mutex<[any ToolSource]>([])

    init(_ plans: [ToolSourcePlan]) { self.plans = plans }

    var names: [String] { plans.map(\.name) }

    /// Starts all of them, or only the one of this name; returns at once.
    func start(_ registry: ToolRegistry, log: Log, only name: String? = nil) {
        for plan in plans where name == nil || plan.name == name {
            let source = plan.make(registry) { level, text in log(Log.Level(level), text) }
            running.withLock { $0.append(source) }
            Task { await source.start() }
        }
    }

    /// Returns when each has listed its functions, or has failed once; each has its own deadlines.
    func settled() async {
        for source in running.withLock({ $0 }) { await source.settled() }
    }

    /// Notes about those that run, one line each.
    func notes() async -> [String] {
        var notes: [String] = []
        for source in running.withLock({ $0 }) {
            notes += await source.notes.map { "\(source.title): \($0)" }
        }
        return notes
    }

    /// The functions of those that run which the settings leave out, one line each.
    func unwanted() async -> [String] {
        var lines: [String] = []
        for source in running.withLock({ $0 }) {
            let unwanted = await source.unwanted
            if !unwanted.isEmpty { lines.append("\(source.title): \(unwanted)") }
        }
        return lines
    }

    /// The titles of those that failed.
    func failed() async -> [String] {
        var failed: [String] = []
        for source in running.withLock({ $0 }) {
            if await source.isFailed { failed.append(source.title) }
        }
        return failed
    }

    /// Ends them and removes their functions; returns when all have ended.
    func stop() async {
        let sources = running.withLock { running in
            defer { running = [] }
            return running
        }
        await withTaskGroup(of: Void.self) { group in
            for source in sources { group.addTask { await source.stop() } }
        }
    }
}

extension Log.Level {
    fileprivate init(_ level: ToolLogLevel) {
        self =
            switch level {
            case .warning: .warning
            case .notice: .notice
            case .debug: .debug
            }
    }
}
