import Testing

@testable import AudioPath

struct SegmentCutterTests {
    /// Feeds the cutter samples that are their own numbers, and returns its events.
    private func feed(_ cutter: inout SegmentCutter, _ count: Int) -> [MicrophoneEvent] {
        let first = cutter.total
        let samples = (0..<count).map { Int16(truncatingIfNeeded: first + Int64($0)) }
        samples.withUnsafeBufferPointer { cutter.append($0) }
        return drain(&cutter)
    }

    private func drain(_ cutter: inout SegmentCutter) -> [MicrophoneEvent] {
        var events: [MicrophoneEvent] = []
        while let event = cutter.next() { events.append(event) }
        return events
    }

    /// Checks that events are the whole of a segment in 20 ms chunks, its end included.
    private func expectSegment(_ events: [MicrophoneEvent], _ range: Range<Int64>) {
        var next = range.lowerBound
        for event in events.dropLast() {
            guard case .chunk(let chunk) = event else {
                Issue.record("\(event) within a segment")
                return
            }
            #expect(chunk.firstSample == next)
            let end = min(next + 320, range.upperBound)
            #expect(chunk.samples == (next..<end).map { Int16(truncatingIfNeeded: $0) })
            next = end
        }
        #expect(next == range.upperBound)
        #expect(events.last == .segmentEnded(sample: range.upperBound))
    }

    @Test("no samples pass while no segment is open")
    func closed() {
        var cutter = SegmentCutter()
        #expect(feed(&cutter, 5000).isEmpty)
        cutter.close(at: 100)
        #expect(feed(&cutter, 5000).isEmpty)
    }

    @Test("a segment begins and ends at its marks, to the sample")
    func exact() {
        var cutter = SegmentCutter()
        _ = feed(&cutter, 10_000)
        cutter.open(at: 5201)
        var events = drain(&cutter)
        events += feed(&cutter, 333)
        cutter.close(at: 12_007)
        events += drain(&cutter)
        events += feed(&cutter, 2000)
        expectSegment(events, 5201..<12_007)
    }

    @Test("the samples up to the closing mark are given though it is reported before them")
    func tail() {
        var cutter = SegmentCutter()
        _ = feed(&cutter, 1000)
        cutter.open(at: 900)
        cutter.close(at: 1950)
        var events = drain(&cutter)
        #expect(events.isEmpty)
        events += feed(&cutter, 949)
        #expect(!events.contains(.segmentEnded(sample: 1950)))
        events += feed(&cutter, 1)
        expectSegment(events, 900..<1950)
    }

    @Test("a closing mark in the past ends the segment after the samples already given")
    func lateClose() {
        var cutter = SegmentCutter()
        cutter.open(at: 0)
        var events = feed(&cutter, 3200)
        cutter.close(at: 1000)
        events += drain(&cutter)
        expectSegment(events, 0..<3200)
    }

    @Test("a segment that would begin before the kept samples begins with the oldest")
    func historyLimit() {
        var cutter = SegmentCutter()
        let history = Int64(SegmentCutter.historySamples)
        _ = feed(&cutter, 3 * SegmentCutter.historySamples + 17)
        cutter.open(at: -5)
        cutter.close(at: cutter.total)
        expectSegment(drain(&cutter), (cutter.total - history)..<cutter.total)

        var young = SegmentCutter()
        _ = feed(&young, 100)
        young.open(at: -4800)
        young.close(at: 100)
        expectSegment(drain(&young), 0..<100)
    }

    @Test("the next segment's pre-roll may reach into the one before")
    func overlap() {
        var cutter = SegmentCutter()
        _ = feed(&cutter, 10_000)
        cutter.open(at: 4000)
        cutter.close(at: 10_500)
        cutter.open(at: 8000)
        var events = drain(&cutter) + feed(&cutter, 600)
        cutter.close(at: 10_600)
        events += drain(&cutter)
        let end = events.firstIndex { if case .segmentEnded = $0 { true } else { false } } ?? 0
        expectSegment(Array(events[...end]), 4000..<10_500)
        expectSegment(Array(events[(end + 1)...]), 8000..<10_600)
    }

    @Test("a segment that is open is not opened again, and at most four wait")
    func limits() {
        var cutter = SegmentCutter()
        for number in 0..<6 {
            let start = Int64(100 + 10 * number)
            cutter.open(at: start)
            cutter.open(at: 5)
            cutter.close(at: start + 3)
        }
        let events = feed(&cutter, 1000)
        #expect(events.filter { if case .segmentEnded = $0 { true } else { false } }.count == 4)
        #expect(events.last == .segmentEnded(sample: 133))
    }

    @Test("a lost device ends every segment with what was captured")
    func closeAll() {
        var cutter = SegmentCutter()
        _ = feed(&cutter, 1000)
        cutter.open(at: 500)
        cutter.close(at: 5000)
        cutter.open(at: 4000)
        cutter.closeAll()
        let events = drain(&cutter)
        expectSegment(Array(events.dropLast()), 500..<1000)
        // The second was entirely in the future.
        #expect(events.last == .segmentEnded(sample: 1000))
        #expect(feed(&cutter, 5000).isEmpty)
    }
}
