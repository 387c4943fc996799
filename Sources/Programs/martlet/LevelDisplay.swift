import AudioPath
import Linux

/// The microphone's level as a bar, ten times a second.
struct LevelDisplay {
    private static let columns = 40
    /// The left end of the bar (dBFS).
    private static let lowest: Float = -60
    private static let refreshMilliseconds: Int32 = 100
    /// The highest peak is held so many refreshes.
    private static let heldRefreshes = 15

    let rig: SoundRig

    func run() throws {
        rig.settings.playback = .null
        try rig.run { engine in
            StandardStream.error.write(
                "level | peak and clipped samples | noise floor | speech; Ctrl-C ends\n")
            var held: (peak: Int32, left: Int) = (0, 0)
            while true {
                try rig.pass(milliseconds: Self.refreshMilliseconds)
                let status = engine.status()
                if let trouble = status.capture.trouble {
                    StandardStream.output.write("\r\(trouble)\u{1B}[K")
                    continue
                }
                let levels = status.microphone
                held =
                    levels.peak >= held.peak || held.left == 0
                    ? (levels.peak, Self.heldRefreshes) : (held.peak, held.left - 1)
                StandardStream.output.write(
                    "\r\(Self.line(levels, peak: held.peak, xruns: status.capture.xruns))\u{1B}[K")
            }
        }
        StandardStream.output.write("\n")
    }

    /// One line: a bar with the noise floor marked in it, and the numbers.
    static func line(_ levels: MicrophoneLevels, peak: Int32, xruns: Int) -> String {
        func column(_ level: Float) -> Int {
            let share = (level - lowest) / -lowest
            return max(0, min(columns, Int(share * Float(columns))))
        }
        let (filled, floor) = (column(levels.level), column(levels.noiseFloor))
        let bar = (0..<columns).map { index in
            index == floor ? "|" : (index < filled ? "#" : " ")
        }.joined()
        let clipped = levels.clippedSamples > 0 ? " CLIPPED \(levels.clippedSamples)" : ""
        let overruns = xruns > 0 ? "  overruns \(xruns)" : ""
        return "[\(bar)] \(Decibels.text(levels.level)) dBFS  peak "
            + "\(Decibels.text(Decibels.of(magnitude: peak)))\(clipped)  noise "
            + "\(Decibels.text(levels.noiseFloor))  \(levels.isSpeech ? "SPEECH" : "-")\(overruns)"
    }
}
