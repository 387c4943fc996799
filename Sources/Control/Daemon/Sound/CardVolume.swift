internal import AudioPath
internal import Linux
internal import Synchronization

/// The user's volume, set and read off the loop: a card's driver is slow, and that of a headset
/// being unplugged takes seconds.
///
/// The volume asked for last is reported at once; the card follows, in order.
///
/// ## Concurrency
/// From every thread; only `read` waits.
package final class CardVolume: @unchecked Sendable {
    // @unchecked: `control` and `raised` are touched on `thread` only.

    private struct State {
        /// As asked for, or as last read from the card.
        var percent: Double
        /// The volumes still to be set, by the number of the job that sets them.
        var wishes: [Int: Double] = [:]
        /// The job whose volume may still be replaced, since nothing else is queued behind it.
        var open: Int?
        var number = 0
    }

    private let thread = DiskThread(name: "mixer")
    private let control: VolumeControl
    private let complain: @Sendable (String) -> Void
    private let state: Mutex<State>
    /// The volume before it was raised, and the one that the card then had.
    private var raised: (from: Double, to: Double)?

    /// A volume that begins as wished (0 to 100), or as the card has it.
    ///
    /// `setGain` and `complain` are called on the mixer's thread.
    init(
        wish: VolumeWish, percent: Double?,
        setGain: @escaping @Sendable (_ gain: Float, _ elsewhere: Float?) -> Void,
        complain: @escaping @Sendable (String) -> Void
    ) {
        control = VolumeControl(wish: wish, percent: percent, setGain: setGain)
        state = Mutex(State(percent: percent ?? 100))
        self.complain = complain
    }

    /// The volume asked for last, or read from the card (0 to 100 percent of loudness).
    package var percent: Double { state.withLock { $0.percent } }

    /// The card's volume now (0 to 100 percent of loudness); another program may have changed it.
    package func read() async -> Double { await thread.run { [self] in look() } }

    /// Sets it, 0 to 100 percent of loudness.
    func set(_ percent: Double) {
        let percent = min(max(percent, 0), 100)
        // Within the lock, so that jobs are queued in the order of the calls.
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

    /// Does something on the thread, after earlier and before later changes.
    private func perform(_ body: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.open = nil
            thread.perform(body)
        }
    }

    /// Changes the card's volume by a number of percent; `then` is called with the new volume, on
    /// the mixer's thread.
    func change(by step: Double, then: @escaping @Sendable (Double) -> Void) {
        perform { [self] in
            let percent = min(max(look() + step, 0), 100)
            apply(percent)
            then(percent)
        }
    }

    /// A device was opened, another or the same: it gets the volume that was asked for.
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

    /// Reads the card's volume and notes it, unless another was asked for meanwhile.
    @discardableResult
    private func look() -> Double {
        let found = control.percent
        state.withLock { if $0.wishes.isEmpty { $0.percent = found } }
        return found
    }
}
