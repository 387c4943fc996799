internal import GPIO
internal import Linux
internal import WebSockets

/// Decides when something that is missing is tried again, and what is reported about it.
///
/// A value: it reports a trouble once, however often it recurs, and its end once.
struct Absence {
    private var backoff = Backoff(first: 1_000_000_000, longest: 30_000_000_000)
    private var told: String?

    /// It failed at a time; returns when to try again, and the trouble if it is news.
    mutating func failed(_ trouble: String, at time: Int64) -> (next: Int64, news: String?) {
        defer { told = trouble }
        return (time + backoff.failed(), told == trouble ? nil : trouble)
    }

    /// It works; true if it did not before.
    mutating func worked() -> Bool {
        defer { self = Absence() }
        return told != nil
    }
}

/// A GPIO input whose chip may appear late or vanish: it is reopened, ever less often.
///
/// ## Concurrency
/// Confined to the loop's thread.
final class LineInput: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// How often a quiet line is checked for being lost (seconds): a kernel such as 6.1 wakes no
    /// poller when a chip is removed.
    private static let checkSeconds: Int64 = 5

    /// How the line is wired.
    struct Wiring: Sendable {
        /// What the journal calls it.
        var label: String
        var line: LineName
        var bias: LineBias
        var activeLow: Bool
        var timing: LineTiming
    }

    enum News: Sendable, Equatable {
        /// The line is open, and has this level.
        case opened(isActive: Bool)
        case edge(isActive: Bool, at: Int64)
        /// The line was lost; its level is unknown until it is opened again.
        case lost
    }

    private let wiring: Wiring
    private let loop: EventLoop
    private let log: Log
    private let onNews: (News) -> Void
    private var line: OpenedLine?
    private var watch: LoopWatch?
    private var timer: LoopTimer?
    private var absence = Absence()

    /// An input that is not opened yet; the handler is called on the loop.
    init(_ wiring: Wiring, loop: EventLoop, log: Log, onNews: @escaping (News) -> Void) {
        self.wiring = wiring
        self.loop = loop
        self.log = log
        self.onNews = onNews
    }

    /// Opens the line, now or when its chip appears.
    func start() {
        do {
            let line = OpenedLine(
                line: try InputLine(
                    wiring.line, bias: wiring.bias, activeLow: wiring.activeLow,
                    timing: wiring.timing, consumer: "martlet"))
            let isActive = try line.line.value
            watch = try loop.watch(line.line.descriptor) { [weak self] in self?.read() }
            self.line = line
            if absence.worked() { log(.notice, "\(wiring.label): line \(wiring.line) is there") }
            onNews(.opened(isActive: isActive))
            checkLater()
        } catch {
            tryAgain(after: error)
        }
    }

    /// Releases the line; no news come after this.
    func stop() {
        watch?.cancel()
        timer?.cancel()
        (watch, timer, line) = (nil, nil, nil)
    }

    private func read() {
        do {
            for edge in try line?.line.readEdges() ?? [] {
                onNews(.edge(isActive: edge.isPress, at: edge.timestamp))
            }
        } catch {
            // Its descriptor stays readable for ever.
            watch?.cancel()
            timer?.cancel()
            (watch, line) = (nil, nil)
            onNews(.lost)
            tryAgain(after: error)
        }
    }

    private func checkLater() {
        let next = MonotonicClock.now() + Self.checkSeconds * 1_000_000_000
        timer = loop.schedule(at: next) { [weak self] in
            guard let self, line != nil else { return }
            checkLater()
            read()
        }
    }

    private func tryAgain(after error: any Error) {
        let (next, news) = absence.failed("\(error)", at: MonotonicClock.now())
        if let news { log(.warning, "\(wiring.label): \(news); it is tried again") }
        timer = loop.schedule(at: next) { [weak self] in self?.start() }
    }
}

/// A line in an object, since an optional of a noncopyable value cannot be changed.
private final class OpenedLine {
    var line: InputLine

    init(line: consuming InputLine) { self.line = line }
}
