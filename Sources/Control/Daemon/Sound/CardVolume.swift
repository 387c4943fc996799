internal import AudioPath
internal import Linux
internal import Synchronization

/// The user's volume, set and read beside the loop: a card's driver takes its time, and that of a
/// headset which is being unplugged seconds.
///
/// What was asked for last is what others hear of at once; the card follows, in order.
///
/// ## Concurrency
/// From every thread; nothing waits but `read`.
package final class CardVolume: @unchecked Sendable {
    // @unchecked: `control` and `raised` are touched on `thread` only.

    private struct State {
        /// As was asked for, or as the card had it when it was looked at last.
        var percent: Double
        /// What the card is still to be set to, by the number of the work that does it.
        var wishes: [Int: Double] = [:]
        /// The work whose wish may still be replaced, since nothing else waits behind it.
        var open: Int?
        var number = 0
    }

    private let thread = DiskThread(name: "mixer")
    private let control: VolumeControl
    private let complain: @Sendable (String) -> Void
    private let state: Mutex<State>
    /// What the volume was before it was raised, and what the card then made of it.
    private var raised: (from: Double, to: Double)?

    /// A volume that begins as wished (0 to 100), or as the card has it.
    ///
    /// `setGain` and `complain` are called on a thread of this.
    init(
        wish: VolumeWish, percent: Double?,
        setGain: @escaping @Sendable (_ gain: Float, _ elsewhere: Float?) -> Void,
        complain: @escaping @Sendable (String) -> Void
    ) {
        control = VolumeControl(wish: wish, percent: percent, setGain: setGain)
        state = Mutex(State(percent: percent ?? 100))
        self.complain = complain
    }

    /// What was asked for last, or was found at the card (0 to 100 percent of loudness).
    package var percent: Double { state.withLock { $0.percent } }

    /// What the card has now (0 to 100 percent of loudness); somebody else may have turned it.
    package func read() async -> Double { await thread.run { [self] in look() } }

    /// Sets it, 0 to 100 percent of loudness.
    func set(_ percent: Double) {
        let percent = min(max(percent, 0), 100)
        // Within the lock, so that what waits is in the order of the calls.
        state.withLock { state in
            state.percent = percent
            if let open = state.open { return state.wishes[open] = percent }
            state.number += 1
            let number = state.number
            state.wishes[number] = percent
            state.open = number
            thread.perform { [self] in setWished(number) }
        }
    }

    /// Does something on the thread, behind what was wished before and ahead of what comes later.
    private func perform(_ body: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.open = nil
            thread.perform(body)
        }
    }

    /// Makes it louder or softer than the card has it, by percents; `then` is called with the new
    /// volume, on a thread of this.
    func change(by step: Double, then: @escaping @Sendable (Double) -> Void) {
        perform { [self] in
            let percent = min(max(look() + step, 0), 100)
            apply(percent)
            then(percent)
        }
    }

    /// Another device is played on, or the same again: it gets the volume that was asked for.
    func deviceChanged(to name: String) {
        perform { [self] in
            if let text = control.deviceChanged(to: name) { complain(text) }
            look()
        }
    }

    // MARK: - An alarm

    /// Raises the volume to at least this (percent), until `lower`.
    func raise(to least: Double) {
        perform { [self] in
            let before = look()
            guard before < least else { return }
            raised = (before, apply(least))
        }
    }

    /// Undoes `raise`; what the user has set meanwhile stays.
    func lower() {
        perform { [self] in
            if let raised, look() == raised.to { apply(raised.from) }
            raised = nil
        }
    }

    // MARK: - On the thread

    private func setWished(_ number: Int) {
        let percent = state.withLock { state in
            if state.open == number { state.open = nil }
            return state.wishes.removeValue(forKey: number)
        }
        if let percent { apply(percent) }
    }

    @discardableResult
    private func apply(_ percent: Double) -> Double {
        if let text = control.set(percent) { complain(text) }
        return look()
    }

    /// Looks at the card, and remembers; what was asked for meanwhile counts before it.
    @discardableResult
    private func look() -> Double {
        let found = control.percent
        state.withLock { if $0.wishes.isEmpty { $0.percent = found } }
        return found
    }
}
