/// Distinguishes a press from its contact's bouncing, without waiting for the end of the bouncing.
///
/// ```
/// line      ____|‾|_|‾|__|‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾|_|‾|______________
///               ^ press  ....................^ release at the first move after the lockout
///               |<---- lockout ---->|        |<---- lockout ---->|
/// ``` The first edge counts at once, since nobody should wait for a button; further ones are
/// evaluated after the lockout: the level at which the contact then rests counts, with the time of
/// its last edge. Pure: time comes in with the edges.
struct BounceLockout: ~Copyable {
    /// When to call `settle`, if no edge comes before; nil while nothing can bounce.
    private(set) var deadline: Int64?

    private let nanoseconds: Int64
    private var isActive: Bool
    /// The newest edge, counted or not.
    private var latest: Edge

    /// Starts at rest; `nanoseconds` is how long a contact may bounce, 0 or less lets all pass.
    init(isActive: Bool, nanoseconds: Int64) {
        self.isActive = isActive
        self.nanoseconds = nanoseconds
        latest = Edge(timestamp: .min, isPress: isActive)
    }

    /// Takes an edge; returns the edge that was settled before it, if any, and this one if it
    /// counts.
    mutating func move(_ edge: Edge) -> [Edge] {
        // Edges may be read late: the contact may have come to rest in between.
        var counted =
            deadline.map { $0 <= edge.timestamp } ?? false ? settle(isActive: latest.isPress) : []
        latest = edge
        if deadline == nil { counted += adopt() }
        return counted
    }

    /// The lockout is over, and the line has this level.
    ///
    /// The level is read from the line again, because the kernel drops edges when there are many.
    mutating func settle(isActive level: Bool) -> [Edge] {
        deadline = nil
        latest = Edge(timestamp: latest.timestamp, isPress: level)
        return adopt()
    }

    private mutating func adopt() -> [Edge] {
        guard latest.isPress != isActive else { return [] }
        isActive = latest.isPress
        if nanoseconds > 0 { deadline = latest.timestamp + nanoseconds }
        return [latest]
    }
}
