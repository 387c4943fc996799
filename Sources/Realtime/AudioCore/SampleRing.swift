import Synchronization

/// A lock-free ring of samples between one writing and one reading thread.
///
/// It is two noncopyable halves, so that there is one writer and one reader: take each once and
/// hand it to its thread. Indices only grow and are masked on access, so they also number the
/// samples for callers that refer to a point in the stream.
package struct SampleRing: ~Copyable {
    // Optional, and taken at run time, because the compiler of Swift 6.0 fails on a noncopyable
    // value of another module that is taken apart.
    private var writer: RingWriter?
    private var reader: RingReader?

    /// A ring for at least this number of samples; the only allocation.
    package init(capacity: Int) {
        let storage = RingStorage(capacity: capacity)
        writer = RingWriter(storage: storage)
        reader = RingReader(storage: storage)
    }

    /// The writing thread's half; may be taken once.
    package mutating func takeWriter() -> RingWriter {
        guard let taken = writer.take() else { preconditionFailure("a ring has one writer") }
        return taken
    }

    /// The reading thread's half; may be taken once.
    package mutating func takeReader() -> RingReader {
        guard let taken = reader.take() else { preconditionFailure("a ring has one reader") }
        return taken
    }
}

/// What the two halves share.
final class RingStorage: @unchecked Sendable {
    // @unchecked: the writer writes only what the reader has released, and vice versa, by the two
    // indices: each is stored by one side (releasing) and loaded by the other (acquiring).

    let samples: UnsafeMutablePointer<Int16>
    let capacity: Int
    let written = Atomic<Int>(0)
    let read = Atomic<Int>(0)

    init(capacity wished: Int) {
        var capacity = 1
        while capacity < wished { capacity <<= 1 }
        self.capacity = capacity
        samples = .allocate(capacity: capacity)
        samples.initialize(repeating: 0, count: capacity)
    }

    deinit { samples.deallocate() }

    var mask: Int { capacity - 1 }

    // Here and not in the noncopyable half, where the compiler of Swift 6.0 fails on it.
    func copy(from index: Int, into target: UnsafeMutablePointer<Int16>, count: Int) {
        let start = index & mask
        let first = min(count, capacity - start)
        target.update(from: samples + start, count: first)
        (target + first).update(from: samples, count: count - first)
    }
}

/// The half that adds samples; for one thread, which may be a real-time thread.
package struct RingWriter: ~Copyable, Sendable {
    let storage: RingStorage

    /// Samples written since the start, which is the index of the next one.
    package var writtenIndex: Int { storage.written.load(ordering: .relaxed) }

    /// How many samples fit now; the reader can only make it more.
    package var room: Int {
        storage.capacity - (writtenIndex - storage.read.load(ordering: .acquiring))
    }

    /// Adds as many samples as fit, and returns how many.
    package func write(_ source: UnsafePointer<Int16>, count: Int) -> Int {
        let index = writtenIndex
        let taken = min(count, room)
        let start = index & storage.mask
        let first = min(taken, storage.capacity - start)
        (storage.samples + start).update(from: source, count: first)
        storage.samples.update(from: source + first, count: taken - first)
        storage.written.store(index + taken, ordering: .releasing)
        return taken
    }
}

/// The half that takes samples; for one thread, which may be a real-time thread.
package struct RingReader: ~Copyable, Sendable {
    let storage: RingStorage

    /// Samples taken or skipped since the start, which is the index of the next one.
    package var readIndex: Int { storage.read.load(ordering: .relaxed) }

    /// How many samples can be taken now; the writer can only make it more.
    package var available: Int { storage.written.load(ordering: .acquiring) - readIndex }

    /// The index behind the last sample that can be read now.
    package var writtenIndex: Int { storage.written.load(ordering: .acquiring) }

    /// Copies samples from an index on without taking them.
    ///
    /// They must lie between `readIndex` and `writtenIndex`, where the writer does not write.
    package func copy(from index: Int, into target: UnsafeMutablePointer<Int16>, count: Int) {
        storage.copy(from: index, into: target, count: count)
    }

    /// Takes the available samples, at most `count`, and returns how many.
    package func read(into target: UnsafeMutablePointer<Int16>, count: Int) -> Int {
        let index = readIndex
        let taken = min(count, available)
        copy(from: index, into: target, count: taken)
        storage.read.store(index + taken, ordering: .releasing)
        return taken
    }

    /// Skips to an index, which is clamped to the range that can be read.
    package func skip(to index: Int) {
        let target = max(readIndex, min(index, storage.written.load(ordering: .acquiring)))
        storage.read.store(target, ordering: .releasing)
    }
}
