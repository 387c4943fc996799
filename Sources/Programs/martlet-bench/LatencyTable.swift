import AudioPath
import Linux
import Synchronization

/// Times by name: count, median, 99th percentile, maximum.
struct LatencyTable {
    private var names: [String] = []
    private var times: [String: [Int64]] = [:]

    /// Adds a time (nanoseconds).
    mutating func add(_ name: String, _ nanoseconds: Int64) {
        if times[name] == nil { names.append(name) }
        times[name, default: []].append(nanoseconds)
    }

    var text: String {
        let width = names.map(\.count).max() ?? 0
        return names.map { name in
            let sorted = (times[name] ?? []).sorted()
            let blanks = String(repeating: " ", count: width - name.count)
            return "\(name)\(blanks)  median \(Self.milliseconds(sorted[sorted.count / 2]))"
                + "  p99 \(Self.milliseconds(sorted[(sorted.count * 99 - 1) / 100]))"
                + "  most \(Self.milliseconds(sorted[sorted.count - 1])) ms  of \(sorted.count)\n"
        }.joined()
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        "\((Double(nanoseconds) / 10_000).rounded() / 100)"
    }
}

/// The microphone's samples, and when the first came.
final class SampleEvents: Sendable {
    private struct State: Sendable {
        var samples: [Int16] = []
        var first: Int64?
        var hasEnded = false
    }
    private let state = Mutex(State())

    func reset() { state.withLock { $0 = State() } }

    /// Takes an event; on the processing thread.
    func take(_ event: MicrophoneEvent) {
        let now = MonotonicClock.now()
        state.withLock { state in
            switch event {
            case .chunk(let chunk):
                state.first = state.first ?? now
                state.samples += chunk.samples
            case .segmentEnded: state.hasEnded = true
            default: break
            }
        }
    }

    var samples: [Int16] { state.withLock { $0.samples } }
    var first: Int64? { state.withLock { $0.first } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
}
