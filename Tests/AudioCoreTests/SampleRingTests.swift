import AudioCore
import CAllocationCounter
import Glibc
import Linux
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SampleRingTests {
    private func read(_ reader: borrowing RingReader, _ count: Int) -> [Int16] {
        var samples = [Int16](repeating: -1, count: count)
        let taken = reader.read(into: &samples, count: count)
        return Array(samples[..<taken])
    }

    @Test("a ring holds at least what was asked for, and takes no more than it holds")
    func full() {
        var ring = SampleRing(capacity: 100)
        let writer = ring.takeWriter()
        let reader = ring.takeReader()
        let room = writer.room
        #expect(room >= 100)
        let samples = (0..<300).map { Int16($0) }
        let first = writer.write(samples, count: 300)
        #expect(first == room)
        #expect(writer.room == 0)
        let second = writer.write(samples, count: 1)
        #expect(second == 0)
        #expect(reader.available == room)
        #expect(read(reader, 300) == Array(samples.prefix(room)))
        #expect(read(reader, 1) == [])
    }

    @Test("samples come out in order across the end of the memory, and the indices only grow")
    func wrap() {
        var ring = SampleRing(capacity: 64)
        let writer = ring.takeWriter()
        let reader = ring.takeReader()
        var next = 0
        for round in 1..<500 {
            let count = round * 7 % 61
            let samples = (next..<(next + count)).map { Int16(truncatingIfNeeded: $0) }
            let written = writer.write(samples, count: count)
            #expect(written == count)
            #expect(read(reader, count + 5) == samples)
            next += count
            #expect(writer.writtenIndex == next)
            #expect(reader.readIndex == next)
            #expect(writer.room == 64)
        }
    }

    @Test("a skip goes forward only, and not beyond what was written")
    func skip() {
        var ring = SampleRing(capacity: 64)
        let writer = ring.takeWriter()
        let reader = ring.takeReader()
        _ = writer.write((0..<50).map { Int16($0) }, count: 50)
        reader.skip(to: 20)
        #expect(read(reader, 2) == [20, 21])
        reader.skip(to: 5)
        #expect(read(reader, 1) == [22])
        reader.skip(to: 1000)
        #expect(reader.readIndex == 50)
        #expect(reader.available == 0)
        #expect(writer.room == 64)
        _ = writer.write([77], count: 1)
        #expect(read(reader, 5) == [77])
    }

    @Test("between two threads every sample arrives once and in order")
    func race() throws {
        var ring = SampleRing(capacity: 512)
        let reader = ring.takeReader()
        let writer = WriterBox(ring.takeWriter())
        let total = 3_000_000
        let thread = try OwnedThread(name: "writer", priority: .normal) {
            writer.writeAll(total)
        }
        var block = [Int16](repeating: 0, count: 700)
        var next = 0
        var size = 1
        while next < total {
            let count = reader.read(into: &block, count: size)
            if count == 0 { sched_yield() }
            for index in 0..<count where block[index] != Int16(truncatingIfNeeded: next + index) {
                Issue.record("\(block[index]) came as number \(next + index)")
                next = total
                break
            }
            next += count
            size = size % 700 + 1
        }
        writer.stop.raise()
        thread.join()
        #expect(next == total)
        #expect(reader.available == 0)
    }

    @Test("neither half allocates")
    func allocations() {
        var ring = SampleRing(capacity: 512)
        let writer = ring.takeWriter()
        let reader = ring.takeReader()
        let block = SampleBuffer(count: 160)
        let before = martlet_allocations() + martlet_releases()
        for _ in 0..<1000 {
            _ = writer.write(block.start, count: 160)
            _ = reader.read(into: block.start, count: 100)
            reader.skip(to: writer.writtenIndex)
        }
        #expect(martlet_allocations() + martlet_releases() == before)
    }
}

/// A writing half to be handed to another thread.
private final class WriterBox: Sendable {
    private let writer: RingWriter
    let stop = StopFlag()

    init(_ writer: consuming RingWriter) { self.writer = writer }

    /// Writes numbers in blocks of all sizes, up to a total or until `stop` is set.
    func writeAll(_ total: Int) {
        var next = 0
        var size = 1
        var block = [Int16](repeating: 0, count: 600)
        while next < total, !stop.isSet {
            let count = min(size, total - next)
            for index in 0..<count { block[index] = Int16(truncatingIfNeeded: next + index) }
            let written = writer.write(block, count: count)
            if written == 0 { sched_yield() }
            next += written
            size = size % 600 + 1
        }
    }
}
