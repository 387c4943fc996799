/// What a light can show; the one vocabulary of all lights.
///
/// A light shows one at a time: the caller decides which matters most.
package enum LightState: String, Sendable, CaseIterable {
    /// Nothing is going on.
    case idle
    /// The microphone is open.
    case listening
    /// The answer is being made.
    case thinking
    /// The answer is being played.
    case speaking
    /// The microphone is muted.
    case muted
    /// There is no session.
    case offline
    /// Something the user must fix: no microphone, no loudspeaker, a refused key.
    case error
    /// An alarm rings, or a call waits for confirmation.
    case timer
}

/// What a light is able to show.
package enum LightKind: Sendable, Equatable {
    /// On and off.
    case switched
    /// Colours or brightness, on a number of pixels (at least 1).
    case pixels(Int)
}

/// What a light shows now.
package struct LightFrame: Sendable, Equatable {
    /// From the first pixel on; a switched light has one.
    package var pixels: [Colour]
    /// How bright all of them are (percent).
    package var brightness: Int

    /// A frame.
    package init(pixels: [Colour], brightness: Int) {
        self.pixels = pixels
        self.brightness = brightness
    }

    /// The pixels with the brightness applied to their colours, for lights without a brightness of
    /// their own.
    package var dimmed: [Colour] { pixels.map { $0.scaled(permille: brightness * 10) } }

    /// Whether nothing is lit.
    package var isDark: Bool { brightness == 0 || pixels.allSatisfy { $0 == .dark } }
}
