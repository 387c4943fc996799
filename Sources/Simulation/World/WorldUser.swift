internal import Assistant

/// The user's own reactions: a user who is asked something presses, or does not.
final class WorldUser: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let loop: VirtualLoop
    private var random: SeededRandom
    private var isAsked = false
    var onPress: () -> Void = {}

    init(loop: VirtualLoop, random: SeededRandom) {
        self.loop = loop
        self.random = random
    }

    /// Called when the light shows something.
    func sees(_ indication: Indication) {
        defer { isAsked = indication.awaitsConfirmation }
        guard indication.awaitsConfirmation, !isAsked, random.chance(60) else { return }
        // Either too soon to be an answer, or much later.
        let wait =
            random.chance(10) ? random.milliseconds(10...400) : random.milliseconds(700...9_000)
        loop.after(wait) { self.onPress() }
    }
}
