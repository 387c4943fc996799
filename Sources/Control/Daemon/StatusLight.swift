package import Assistant
internal import GPIO
internal import Linux
package import WebSockets

/// One light: what it shows is in when and how often it is lit.
///
/// ## Concurrency
/// Confined to the loop's thread.
package final class StatusLight: IndicatorPort, @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// How a state looks: lit and dark times in turn (milliseconds); a single time is steady.
    enum Pattern: Equatable {
        case dark
        case lit
        case blinking(lit: Int64, dark: Int64)

        init(_ indication: Indication) {
            switch indication.state {
            case .listening: self = .lit
            case .thinking: self = .blinking(lit: 250, dark: 250)
            case .speaking: self = .blinking(lit: 900, dark: 100)
            case .muted: self = .blinking(lit: 100, dark: 1900)
            case .offline: self = .blinking(lit: 100, dark: 900)
            case .idle: self = indication.hasTrouble ? .blinking(lit: 100, dark: 400) : .dark
            }
        }
    }

    private let loop: EventLoop
    private let set: (Bool) -> Void
    private var pattern = Pattern.dark
    private var timer: LoopTimer?

    /// A light that is switched by a closure, which is called on the loop.
    package init(loop: EventLoop, set: @escaping (Bool) -> Void) {
        self.loop = loop
        self.set = set
    }

    package func show(_ indication: Indication) {
        let next = Pattern(indication)
        guard next != pattern else { return }
        pattern = next
        timer?.cancel()
        switch next {
        case .dark: set(false)
        case .lit: set(true)
        case .blinking: blink(isLit: true)
        }
    }

    private func blink(isLit: Bool) {
        guard case .blinking(let lit, let dark) = pattern else { return }
        set(isLit)
        let next = MonotonicClock.now() + (isLit ? lit : dark) * 1_000_000
        timer = loop.schedule(at: next) { [weak self] in self?.blink(isLit: !isLit) }
    }

    /// Dark, and no timer any more.
    package func turnOff() {
        timer?.cancel()
        pattern = .dark
        set(false)
    }
}

/// A light on a GPIO line; a line that fails is a light that is dark, not a program that ends.
final class LineLight: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    private var line: OutputLine

    init(line: consuming OutputLine) { self.line = line }

    func set(_ isLit: Bool) { try? line.set(isLit) }
}
