/// Distinguishes presses from disturbances on a long wire by their length.
///
/// ```
/// line      ____|‾|_|‾|__|‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾
/// first move    ^              ^ still for the time: a press, stamped with the first move
/// ``` A spike that falls back before the time is over is ignored. Pure: time comes in with the
/// edges.
struct SpikeFilter: ~Copyable {
    /// When to call `settle`, if no edge comes before; nil while the line is at rest.
    private(set) var deadline: Int64?

    private let nanoseconds: Int64
    /// The level that was settled last.
    private(set) var isActive: Bool
    // While the line moves: when it began, and its newest level.
    private var movement: (since: Int64, isActive: Bool)?

    /// Starts at rest.
    ///
    /// `nanoseconds` is how long a level must last; 0 or less lets all edges pass.
    init(isActive: Bool, nanoseconds: Int64) {
        self.isActive = isActive
        self.nanoseconds = nanoseconds
    }

    /// Whether all edges pass.
    var isOff: Bool { nanoseconds <= 0 }

    /// Takes a raw edge; returns the press or release that was settled before or by it.
    mutating func move(_ edge: Edge) -> Edge? {
        if isOff { return adopt(edge.isPress, since: edge.timestamp) }
        // Edges may be read late: the line may have been still in between.
        var settled: Edge?
        if let deadline, let movement, edge.timestamp >= deadline {
            settled = settle(isActive: movement.isActive)
        }
        movement = (movement?.since ?? edge.timestamp, edge.isPress)
        deadline = edge.timestamp + nanoseconds
        return settled
    }

    /// The line has been still until the deadline, at this level.
    ///
    /// The level is read from the line again, because the kernel drops edges when there are many.
    mutating func settle(isActive level: Bool) -> Edge? {
        guard let since = movement?.since else { return nil }
        movement = nil
        deadline = nil
        return adopt(level, since: since)
    }

    private mutating func adopt(_ level: Bool, since: Int64) -> Edge? {
        if level == isActive { return nil }
        isActive = level
        return Edge(timestamp: since, isPress: level)
    }
}
