/// Memory for samples that a loop works in, allocated once.
package struct SampleBuffer: ~Copyable, @unchecked Sendable {
    // @unchecked: the memory is the value's own and moves with it.

    /// Valid while the buffer lives.
    package let start: UnsafeMutablePointer<Int16>
    /// In samples.
    package let count: Int

    /// Zeroed memory for this number of samples.
    package init(count: Int) {
        self.count = count
        start = .allocate(capacity: count)
        start.initialize(repeating: 0, count: count)
    }

    deinit { start.deallocate() }
}
