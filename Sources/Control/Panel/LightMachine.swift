/// Decides which frame a light shows, and until when.
///
/// A value: states and times go in, frames and the next moment to look come out. A steady pattern
/// needs no further look, so that an idle device does not wake up for its light.
package struct LightMachine: Sendable {
    private let patterns: [LightState: LightPattern]
    private let kind: LightKind
    private let brightness: LightBrightness
    private var state: LightState
    private var since: Int64

    /// A light that shows a state from a time on; every state without a pattern is dark.
    package init(
        patterns: [LightState: LightPattern], kind: LightKind, brightness: LightBrightness,
        state: LightState, at time: Int64
    ) {
        self.patterns = patterns
        self.kind = kind
        self.brightness = brightness
        self.state = state
        since = time
    }

    /// Shows another state from a time on; the same state continues undisturbed.
    package mutating func show(_ state: LightState, at time: Int64) {
        guard state != self.state else { return }
        let looksAlike = patterns[state] == patterns[self.state]
        self.state = state
        if !looksAlike { since = time }
    }

    /// The frame at a time, and when to ask again (nanoseconds, CLOCK_MONOTONIC); nil: not until
    /// the state changes.
    ///
    /// `second` is the second of the day by the wall clock.
    package func frame(at time: Int64, secondOfDay second: Int) -> (LightFrame, next: Int64?) {
        let dark = [Colour](repeating: .dark, count: kind == .switched ? 1 : kind.count)
        let (pixels, lasts) =
            patterns[state]?.look(after: max(0, time - since), on: kind) ?? (dark, nil)
        let (percent, hours) = brightness.value(at: second)
        let frame = LightFrame(pixels: pixels, brightness: percent)
        var next = lasts.map { time + $0 }
        // The brightness of a dark light does not matter.
        if let hours, !pixels.allSatisfy({ $0 == .dark }) {
            let boundary = time + Int64(hours) * 1_000_000_000
            next = min(next ?? boundary, boundary)
        }
        return (frame, next)
    }
}

extension LightKind {
    fileprivate var count: Int {
        switch self {
        case .switched: 1
        case .pixels(let count): count
        }
    }
}
