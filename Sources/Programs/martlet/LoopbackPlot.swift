import AudioPath
import SignalProcessing

/// What came back of the first chirp, drawn: the sound over time, and how much it is the chirp.
struct LoopbackPlot {
    private static let width = 900
    private static let height = 420
    private static let margin = 50
    /// What is shown before and behind the chirp's writing (milliseconds).
    private static let before = 50
    private static let behind = 650

    private let samples: [Int16]
    private let correlation: [Double]
    private let found: Heard.Found
    /// The first sample that is shown.
    private let from: Int
    private static let perMillisecond = Int(AudioSettings.microphoneRate) / 1000

    init(heard: Heard, first: Heard.Found) {
        found = first
        from = max(0, first.writtenPosition - Self.before * Self.perMillisecond)
        let to = min(
            heard.samples.count, first.writtenPosition + Self.behind * Self.perMillisecond)
        samples = Array(heard.samples[from..<max(from, to)])
        correlation =
            Chirp(rate: Int(AudioSettings.microphoneRate)).correlation(with: samples) ?? []
    }

    var svg: String {
        let delay = Decibels.text(found.delayMilliseconds)
        let (top, bottom) = (Self.height / 4 + 10, 3 * Self.height / 4 + 10)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" \
            font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            <text x="\(Self.margin)" y="18">heard by the microphone (dark), likeness to the chirp \
            (blue); written at 0, back after \(delay) ms</text>
            \(axis)
            <path d="\(curve(samples.map { Double($0) }, around: top))" fill="none" stroke="#333"/>
            <path d="\(curve(correlation, around: bottom))" fill="none" stroke="#1565c0"/>
            \(mark(found.writtenPosition, "#2e7d32", "written"))
            \(mark(found.position, "#c62828", "heard"))
            </svg>

            """
    }

    private func x(_ position: Int) -> Int {
        Self.margin + (position - from) * (Self.width - 2 * Self.margin) / max(1, samples.count)
    }

    /// The extremes of each column, so that a peak one sample wide is seen.
    private func curve(_ values: [Double], around middle: Int) -> String {
        let largest = values.map { abs($0) }.max() ?? 0
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
            let place = x(found.writtenPosition + milliseconds * Self.perMillisecond)
            return "<path d=\"M\(place) 30V\(base - 14)\" stroke=\"#ddd\"/>"
                + "<text x=\"\(place)\" y=\"\(base)\" text-anchor=\"middle\">\(milliseconds) ms</text>"
        }.joined(separator: "\n")
    }

    private func mark(_ position: Int, _ color: String, _ word: String) -> String {
        "<path d=\"M\(x(position)) 30V\(Self.height - 34)\" stroke=\"\(color)\"/>"
            + "<text x=\"\(x(position) + 4)\" y=\"42\" fill=\"\(color)\">\(word)</text>"
    }
}
