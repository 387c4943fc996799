internal import Assistant

/// What the user does by themselves: a user who is asked something presses, or does not.
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

    /// The light shows something.
    func sees(_ indication: Indication) {
        defer { isAsked = indication.awaitsConfirmation }
        guard indication.awaitsConfirmation, !isAsked, random.chance(60) else { return }
        // Too soon to be an answer, or as late as they like.
        let wait =
            random.chance(10) ? random.milliseconds(10...400) : random.milliseconds(700...9_000)
        loop.after(wait) { self.onPress() }
    }
}
