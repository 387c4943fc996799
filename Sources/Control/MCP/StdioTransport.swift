package import Linux
internal import Synchronization
internal import Text
package import WireCodec

/// A server that is a program of ours: one message per line on its standard streams.
///
/// ## Concurrency
/// The lock protects the program that runs; its events come on its own thread.
package final class StdioTransport: ServerTransport {
    /// A longer line is a fault (bytes); it is far more than a model could be given.
    static let lineLimitBytes = 4 << 20
    /// Messages that the server has not read yet (bytes).
    static let queueLimitBytes = 4 << 20
    /// A longer line on its standard error is dropped (bytes).
    private static let wordsLimitBytes = 16 << 10
    /// Lines of its standard error that are reported in a minute; the rest is read and dropped.
    private static let wordsPerMinute = 60
    /// How long it has to end after its input is closed, and again after TERM.
    private static let grace = Duration.seconds(1)

    /// Each start is a new program, which costs a small board seconds of work.
    package let startsPerHour = 20

    private let command: @Sendable () throws -> Command
    private let running = Mutex<PipedProcess?>(nil)

    /// A program; `command` is called for each start, since secrets may have changed.
    package init(command: @escaping @Sendable () throws -> Command) {
        self.command = command
    }

    /// Starts the program.
    package func open(_ onEvent: @escaping @Sendable (TransportEvent, Int) -> Void) {
        let reader = Mutex(Reader())
        do {
            let command = try command()
            // Its output, and messages to it, wait until `running` is set.
            try running.withLock { running in
                onEvent(.opened, 0)
                running = try PipedProcess(command, queueLimitBytes: Self.queueLimitBytes) {
                    [weak self] event in
                    let taken = reader.withLock { $0.take(event) }
                    for (event, bytes) in taken.events { onEvent(event, bytes) }
                    if taken.free > 0 { self?.took(taken.free) }
                    if taken.isBroken { self?.end(grace: .zero) }
                }
            }
        } catch {
            onEvent(.lost("it cannot be started: \(error)"), 0)
        }
    }

    /// Writes a line.
    package func send(_ message: JSONValue, id: Int64?) {
        var line: [UInt8] = []
        message.append(to: &line)
        line.append(UInt8(ascii: "\n"))
        let isTaken = running.withLock { $0?.write(line) ?? true }
        // Its queue is full: it has stopped reading.
        if !isTaken { end(grace: .zero) }
    }

    /// Does nothing: nothing depends on the version here.
    package func agreed(version: String) {}

    /// Lets the program write more.
    package func took(_ bytes: Int) { running.withLock { $0?.take(bytes) } }

    /// Closes its input, then TERM, then KILL.
    package func close() { end(grace: Self.grace) }

    private func end(grace: Duration) { running.withLock { $0?.end(grace: grace) } }

    /// Turns the program's bytes into events.
    private struct Reader {
        var output = LineCutter(limitBytes: StdioTransport.lineLimitBytes)
        var errors = LineCutter(limitBytes: StdioTransport.wordsLimitBytes)
        var lastWords = ""
        /// Lines since `minuteBegan`.
        var words = 0
        var minuteBegan: Int64 = 0
        var fault: String?

        struct Taken {
            var events: [(TransportEvent, Int)] = []
            /// Bytes without an event, which are returned at once.
            var free = 0
            var isBroken = false
        }

        mutating func take(_ event: PipedProcess.Event) -> Taken {
            var taken = Taken()
            switch event {
            case .output(let bytes): read(bytes, &taken)
            case .error(let bytes):
                do throws(LineCutter.TooLong) {
                    for line in try errors.cut(bytes) {
                        lastWords = String(decoding: line.prefix(800), as: UTF8.self).oneLine(
                            limit: 200)
                        if let words = admit(lastWords) { taken.events.append((.words(words), 0)) }
                    }
                } catch {
                    errors = LineCutter(limitBytes: StdioTransport.wordsLimitBytes)
                }
            case .failed(let error):
                taken.events.append((.lost("it cannot be started: \(error)"), 0))
            case .ended(let exit): taken.events.append((.lost(fault ?? words(exit)), 0))
            }
            return taken
        }

        /// The text to report for a line on its standard error; nil: none.
        private mutating func admit(_ line: String) -> String? {
            let now = MonotonicClock.now()
            if now - minuteBegan > 60_000_000_000 {
                minuteBegan = now
                words = 0
            }
            words += 1
            switch words - StdioTransport.wordsPerMinute {
            case ...0: return line
            case 1: return "(more than \(StdioTransport.wordsPerMinute) lines a minute; not shown)"
            default: return nil
            }
        }

        private mutating func read(_ bytes: [UInt8], _ taken: inout Taken) {
            guard fault == nil else {
                taken.free = bytes.count
                return
            }
            do throws(LineCutter.TooLong) {
                for line in try output.cut(bytes) {
                    do throws(JSONError) {
                        taken.events.append((.message(try JSONValue(foreign: line)), 0))
                    } catch {
                        let words = String(decoding: line.prefix(200), as: UTF8.self)
                        taken.events.append((.noise(words), 0))
                    }
                }
            } catch {
                fault = "it wrote a line of more than \(StdioTransport.lineLimitBytes) bytes"
                taken.isBroken = true
                taken.events = []
            }
            if taken.events.isEmpty {
                taken.free = bytes.count
            } else {
                taken.events[taken.events.count - 1].1 = bytes.count
            }
        }

        private func words(_ exit: ProcessExit) -> String {
            let end =
                switch exit {
                case .exited(let status): "it ended with status \(status)"
                case .signalled(let signal): "it was ended by signal \(signal)"
                case .timedOut: "it could not be ended"
                case .cancelled: "it was ended"
                }
            return lastWords.isEmpty ? end : "\(end): \(lastWords)"
        }
    }
}
