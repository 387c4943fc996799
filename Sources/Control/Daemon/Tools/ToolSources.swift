internal import Synchronization
internal import Tools

/// What brings its functions while the program runs: the plans, and what was started of them.
///
/// ## Concurrency
/// Every method may be called from every task; the lock protects the list of those that run.
final class ToolSources: Sendable {
    private let plans: [ToolSourcePlan]
    private let running = Mutex<[any ToolSource]>([])

    init(_ plans: [ToolSourcePlan]) { self.plans = plans }

    var names: [String] { plans.map(\.name) }

    /// Starts all of them, or the one of a name; returns at once.
    func start(_ registry: ToolRegistry, log: Log, only name: String? = nil) {
        for plan in plans where name == nil || plan.name == name {
            let source = plan.make(registry) { level, text in log(Log.Level(level), text) }
            running.withLock { $0.append(source) }
            Task { await source.start() }
        }
    }

    /// Returns when each has listed its functions, or has failed once; each has its limits of time.
    func settled() async {
        for source in running.withLock({ $0 }) { await source.settled() }
    }

    /// What is to be said of those that run, one line each.
    func notes() async -> [String] {
        var notes: [String] = []
        for source in running.withLock({ $0 }) {
            notes += await source.notes.map { "\(source.title): \($0)" }
        }
        return notes
    }

    /// What the settings leave out of those that run, one line each.
    func unwanted() async -> [String] {
        var lines: [String] = []
        for source in running.withLock({ $0 }) {
            let unwanted = await source.unwanted
            if !unwanted.isEmpty { lines.append("\(source.title): \(unwanted)") }
        }
        return lines
    }

    /// The titles of those that are not there.
    func failed() async -> [String] {
        var failed: [String] = []
        for source in running.withLock({ $0 }) {
            if await source.isFailed { failed.append(source.title) }
        }
        return failed
    }

    /// Ends them and takes their functions back; returns when nothing of them is left.
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
