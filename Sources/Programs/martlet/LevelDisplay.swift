import AudioPath
import Linux

/// The microphone's level as a bar, ten times a second.
struct LevelDisplay {
    private static let columns = 40
    /// The left end of the bar (dBFS).
    private static let lowest: Float = -60
    private static let refreshMilliseconds: Int32 = 100
    /// The highest peak is held for this many refreshes.
    private static let heldRefreshes = 15

    /// Outputs other than a terminal get a line this often (refreshes): every second.
    private static let plainRefreshes = 10

    let rig: SoundRig

    func run() throws {
        rig.settings.playback.device = .null
        try rig.run { engine in
            StandardStream.error.write(
                "level | peak and clipped samples | noise floor | speech; Ctrl-C ends\n")
            var held: (peak: Int32, left: Int) = (0, 0)
            var refreshes = 0
            while true {
                try rig.pass(milliseconds: Self.refreshMilliseconds)
                refreshes = (refreshes + 1) % Self.plainRefreshes
                let status = engine.status()
                if let trouble = status.capture.trouble {
                    show(trouble, isDue: refreshes == 0)
                    continue
                }
                let levels = status.microphone
                held =
                    levels.peak >= held.peak || held.left == 0
                    ? (levels.peak, Self.heldRefreshes) : (held.peak, held.left - 1)
                show(
                    Self.line(levels, peak: held.peak, xruns: status.capture.xruns),
                    isDue: refreshes == 0)
            }
        }
        if StandardStream.isOutputTerminal { StandardStream.output.write("\n") }
    }

    /// On a terminal over the previous line; otherwise on a new line when one is due.
    private func show(_ line: String, isDue: Bool) {
        if StandardStream.isOutputTerminal {
            StandardStream.output.write("\r\(line)\u{1B}[K")
        } else if isDue {
            StandardStream.output.write("\(line)\n")
        }
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
