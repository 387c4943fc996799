internal import GPIO
internal import Linux
internal import WebSockets

/// When something that is missing is tried again, and what is said about it.
///
/// A value: it says a trouble once however often it is met, and its end once.
struct Absence {
    private var backoff = Backoff(first: 1_000_000_000, longest: 30_000_000_000)
    private var told: String?

    /// It failed at a time; gives when to try again, and the trouble if it is news.
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

/// A GPIO input whose chip may come late and go away: opened again and again, less and less often.
///
/// ## Concurrency
/// Confined to the loop's thread.
final class LineInput: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// A line that is quiet is asked this often whether it is still there (seconds): a kernel
    /// such as 6.1 wakes nobody when a chip goes away.
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
        /// The line is there, and has this level.
        case opened(isActive: Bool)
        case edge(isActive: Bool, at: Int64)
        /// The line is gone; until it is opened again nothing is known of it.
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

    /// Opens the line, now or when its chip is there.
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

    /// Gives the line back; no news come after this.
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

/// A line with identity, since an optional of a value that cannot be copied cannot be changed.
private final class OpenedLine {
    var line: InputLine

    init(line: consuming InputLine) { self.line = line }
}
