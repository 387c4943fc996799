internal import Linux
internal import WebSockets

/// The switch that mutes the microphone; only the switch itself can unmute it again.
///
/// It shuts the microphone where its samples enter the device; a switch that cannot be read counts
/// as turned on, so that a loose wire or a missing chip opens nothing.
///
/// ## Concurrency
/// Confined to the loop's thread.
final class MuteSwitch: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    private let shut: (Bool) -> Void
    private let tell: (Bool, Int64) -> Void
    private var input: LineInput?

    /// A switch; `shut` closes the microphone itself, `tell` informs the parts that show and say
    /// it.
    init(
        _ wiring: LineInput.Wiring, loop: EventLoop, log: Log, shut: @escaping (Bool) -> Void,
        tell: @escaping (Bool, Int64) -> Void
    ) {
        self.shut = shut
        self.tell = tell
        input = LineInput(wiring, loop: loop, log: log) { [weak self] news in
            switch news {
            case .opened(let isActive): self?.turn(isActive, at: MonotonicClock.now())
            case .edge(let isActive, let at): self?.turn(isActive, at: at)
            case .lost: self?.turn(true, at: MonotonicClock.now())
            }
        }
    }

    /// Mutes, and then does what the switch says.
    func start() {
        turn(true, at: MonotonicClock.now())
        input?.start()
    }

    func stop() { input?.stop() }

    private func turn(_ isOn: Bool, at time: Int64) {
        shut(isOn)
        tell(isOn, time)
    }
}
