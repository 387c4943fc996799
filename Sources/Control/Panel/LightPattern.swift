/// How a state looks: a shape in time, a colour, a brightness.
///
/// Written as in the configuration: "off", "steady red", "blink red 100/900", "pulse #ff8000 1500",
/// "chase blue 900", each with a percentage if it is to be darker: "steady red 30%".
package struct LightPattern: Sendable, Equatable {
    /// Times are milliseconds.
    enum Shape: Sendable, Equatable {
        case off
        case steady
        case blink(lit: Int64, dark: Int64)
        /// Up and down again in this time.
        case pulse(Int64)
        /// Once around all pixels in this time.
        case chase(Int64)
    }

    /// Shorter times flicker, longer ones are not seen as a pattern (milliseconds).
    private static let times: ClosedRange<Int64> = 20...60_000
    /// The step of smooth changes (milliseconds): 25 a second, and each is a wake-up.
    static let stepMilliseconds: Int64 = 40

    let shape: Shape
    /// With the pattern's own percentage taken into account.
    let colour: Colour

    /// Reads a pattern; the error says what is wrong with it.
    package init(_ text: String) throws(PanelError) {
        let words = text.split(separator: " ").map(String.init)
        var colour = Colour.white
        var times: [Int64] = []
        var permille = 1000
        for word in words.dropFirst() {
            if let found = Colour(word) {
                colour = found
            } else if word.hasSuffix("%"), let percent = Int(word.dropLast()),
                (1...100).contains(percent)
            {
                permille = percent * 10
            } else if times.isEmpty, let found = Self.times(in: word) {
                times = found
            } else {
                throw .badPattern(
                    "'\(word.prefix(20))' is not a colour (\(Colour.nameList), #rrggbb), a time from "
                        + "20 to 60000 or a percentage")
            }
        }
        self.colour = colour.scaled(permille: permille)
        switch (words.first, times.count) {
        case ("off", 0): shape = .off
        case ("steady", 0): shape = .steady
        case ("blink", 2): shape = .blink(lit: times[0], dark: times[1])
        case ("pulse", 1): shape = .pulse(times[0])
        case ("chase", 1): shape = .chase(times[0])
        case ("off", _), ("steady", _): throw .badPattern("it takes no time")
        case ("blink", _): throw .badPattern("blink needs the lit and the dark time, as in 100/900")
        case ("pulse", _), ("chase", _): throw .badPattern("it needs one time, as in 1500")
        default: throw .badPattern("it must begin with off, steady, blink, pulse or chase")
        }
    }

    private static func times(in word: String) -> [Int64]? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        let found = parts.compactMap { Int64($0) }.filter(times.contains)
        return found.count == parts.count && parts.count <= 2 ? found : nil
    }

    /// The pixels at a time after it began (nanoseconds), and how long they stay like that; nil:
    /// for ever.
    func look(after elapsed: Int64, on kind: LightKind) -> (pixels: [Colour], lasts: Int64?) {
        let milliseconds = elapsed / 1_000_000
        let (levels, lasts) = levels(after: milliseconds, on: kind)
        let pixels: [Colour] =
            switch kind {
            case .switched: [levels[0] >= 500 ? .white : .dark]
            case .pixels: levels.map { colour.scaled(permille: $0) }
            }
        return (pixels, lasts.map { $0 * 1_000_000 - elapsed % 1_000_000 })
    }

    /// The level of each pixel (0 to 1000), and for how many milliseconds.
    private func levels(after elapsed: Int64, on kind: LightKind) -> ([Int], Int64?) {
        let count =
            switch kind {
            case .switched: 1
            case .pixels(let count): count
            }
        func all(_ level: Int, _ lasts: Int64?) -> ([Int], Int64?) {
            ([Int](repeating: level, count: count), lasts)
        }
        switch shape {
        case .off: return all(0, nil)
        case .steady: return all(1000, nil)
        case .blink(let lit, let dark):
            let phase = elapsed % (lit + dark)
            return phase < lit ? all(1000, lit - phase) : all(0, lit + dark - phase)
        case .pulse(let period):
            let phase = elapsed % period
            if kind == .switched {
                let half = period / 2
                return phase < half ? all(1000, half - phase) : all(0, period - phase)
            }
            let step = phase / Self.stepMilliseconds * Self.stepMilliseconds
            return all(
                Self.swelling(step, of: period), min(step + Self.stepMilliseconds, period) - phase)
        case .chase(let period):
            // A single pixel cannot chase.
            guard count > 1 else { return all(1000, nil) }
            let phase = elapsed % period
            let place = Int(phase * Int64(count) / period)
            let next = (Int64(place + 1) * period + Int64(count) - 1) / Int64(count)
            return (Self.running(place, of: count), max(1, next - phase))
        }
    }

    /// Squared, since the eye sees dark steps better than bright ones; never quite dark, so that
    /// it does not look like blinking.
    private static func swelling(_ phase: Int64, of period: Int64) -> Int {
        let distance = min(phase, period - phase) * 2
        let linear = Int(distance * 1000 / period)
        return 40 + 960 * linear * linear / 1_000_000
    }

    /// A head with a tail of a third and a tenth.
    private static func running(_ place: Int, of count: Int) -> [Int] {
        (0..<count).map { pixel in
            switch (place - pixel + count) % count {
            case 0: 1000
            case 1: 330
            case 2 where count > 3: 100
            default: 0
            }
        }
    }
}
