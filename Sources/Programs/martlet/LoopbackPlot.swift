import AudioPath
import SignalProcessing

/// A drawing of the sound that came back of the first chirp: its level over time, and its likeness
/// to the chirp; also if no chirp was found.
struct LoopbackPlot {
    private static let width = 900
    private static let height = 420
    private static let margin = 50
    /// The range that is shown before and after the writing of the chirp (milliseconds).
    private static let before = 50
    private static let behind = 650

    private let samples: [Int16]
    private let correlation: [Double]
    private let found: Heard.Found?
    private let delayMilliseconds: Double?
    /// The position at which the first chirp was written.
    private let written: Int
    /// The first sample that is shown.
    private let from: Int
    private static let perMillisecond = Int(AudioSettings.microphoneRate) / 1000

    init(heard: Heard, first: Heard.Found?, delayMilliseconds: Double?) {
        found = first
        self.delayMilliseconds = delayMilliseconds
        written = first?.writtenPosition ?? heard.firstWrittenPosition
        from = max(0, written - Self.before * Self.perMillisecond)
        let to = min(heard.samples.count, written + Self.behind * Self.perMillisecond)
        samples = Array(heard.samples[from..<max(from, to)])
        correlation =
            Chirp(rate: Int(AudioSettings.microphoneRate)).correlation(with: samples) ?? []
    }

    var svg: String {
        let result =
            delayMilliseconds.map { "back after \(Decibels.text($0)) ms (the median)" }
            ?? "no chirp was found"
        let (top, bottom) = (Self.height / 4 + 10, 3 * Self.height / 4 + 10)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" \
            font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            <text x="\(Self.margin)" y="18">heard by the microphone (dark), likeness to the chirp \
            (blue); written at 0, \(result)</text>
            \(axis)
            \(scale("share of full scale", peak(of: samples.map { Double($0) }) / 32_768, top))
            \(scale("likeness (no unit)", correlation.isEmpty ? 0 : 1, bottom))
            <path d="\(curve(samples.map { Double($0) }, around: top))" fill="none" stroke="#333"/>
            <path d="\(curve(correlation, around: bottom))" fill="none" stroke="#1565c0"/>
            \(mark(written, "#2e7d32", "written", at: 42))
            \(found.map { mark($0.position, "#c62828", "heard", at: 58) } ?? "")
            </svg>

            """
    }

    private func x(_ position: Int) -> Int {
        Self.margin + (position - from) * (Self.width - 2 * Self.margin) / max(1, samples.count)
    }

    private func peak(of values: [Double]) -> Double { values.map { abs($0) }.max() ?? 0 }

    /// The values at the upper and the lower end of a curve.
    private func scale(_ unit: String, _ largest: Double, _ middle: Int) -> String {
        let reach = Self.height / 4 - 20
        let value = (largest * 1000).rounded() / 1000
        func text(_ word: String, _ y: Int) -> String {
            "<text x=\"\(Self.margin - 4)\" y=\"\(y)\" text-anchor=\"end\">\(word)</text>"
        }
        return text("\(value)", middle - reach + 4) + text("0", middle + 4)
            + text("-\(value)", middle + reach + 4)
            + "<text x=\"12\" y=\"\(middle)\" text-anchor=\"middle\" "
            + "transform=\"rotate(-90 12 \(middle))\">\(unit)</text>"
    }

    /// The extremes of each column, so that even a peak of one sample is visible.
    private func curve(_ values: [Double], around middle: Int) -> String {
        let largest = peak(of: values)
        guard largest > 0 else { return "M\(Self.margin) \(middle)" }
        let scale = Double(Self.height / 4 - 20) / largest
        var path = ""
        var index = 0
        while index < values.count {
            let column = x(from + index)
            var (low, high) = (values[index], values[index])
            while index < values.count, x(from + index) == column {
                low = min(low, values[index])
                high = max(high, values[index])
                index += 1
            }
            path += path.isEmpty ? "M" : "L"
            path += "\(column) \(middle - Int(high * scale))L\(column) \(middle - Int(low * scale))"
        }
        return path
    }

    private var axis: String {
        let base = Self.height - 20
        return stride(from: -Self.before, through: Self.behind, by: 50).map { milliseconds in
            let place = x(written + milliseconds * Self.perMillisecond)
            return "<path d=\"M\(place) 30V\(base - 14)\" stroke=\"#ddd\"/>"
                + "<text x=\"\(place)\" y=\"\(base)\" text-anchor=\"middle\">\(milliseconds) ms</text>"
        }.joined(separator: "\n")
    }

    private func mark(_ position: Int, _ color: String, _ word: String, at y: Int) -> String {
        "<path d=\"M\(x(position)) 30V\(Self.height - 34)\" stroke=\"\(color)\"/>"
            + "<text x=\"\(x(position) + 4)\" y=\"\(y)\" fill=\"\(color)\">\(word)</text>"
    }
}
