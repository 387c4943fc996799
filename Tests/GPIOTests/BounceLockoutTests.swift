import Testing

@testable import GPIO

@Suite("Bouncing contacts")
struct BounceLockoutTests {
    /// Plays a trace with its edges reported at once or `late`, and with the deadlines in between.
    private func play(
        _ trace: BounceTrace, milliseconds: Int64 = 30, late: Bool = false
    ) -> [Edge] {
        var lockout = BounceLockout(isActive: false, nanoseconds: milliseconds * 1_000_000)
        var edges: [Edge] = []
        var level = false
        for move in trace.moves {
            if !late, let due = lockout.deadline, due <= move.at {
                edges += lockout.settle(isActive: level)
            }
            level = move.isPress
            edges += lockout.move(Edge(timestamp: move.at, isPress: level))
        }
        while lockout.deadline != nil { edges += lockout.settle(isActive: level) }
        return edges
    }

    @Test(
        "each press and release of a recorded trace is reported once, at its first contact",
        arguments: BounceTrace.all)
    func traces(_ trace: BounceTrace) {
        for late in [false, true] {
            let edges = play(trace, late: late)
            #expect(edges.map(\.timestamp) == trace.meant.map { Int64($0) * 1_000 })
            #expect(edges.map(\.isPress) == trace.meant.indices.map { $0.isMultiple(of: 2) })
        }
    }

    @Test("a press is reported at its first contact, not when the bouncing ends")
    func atOnce() {
        var lockout = BounceLockout(isActive: false, nanoseconds: 30_000_000)
        let press = Edge(timestamp: 5, isPress: true)
        #expect(lockout.move(press) == [press])
        #expect(lockout.deadline == 30_000_005)
    }

    @Test("a release within the bouncing is not lost")
    func quickRelease() {
        var lockout = BounceLockout(isActive: false, nanoseconds: 30)
        #expect(lockout.move(Edge(timestamp: 100, isPress: true)).count == 1)
        #expect(lockout.move(Edge(timestamp: 112, isPress: false)).isEmpty)
        #expect(lockout.settle(isActive: false) == [Edge(timestamp: 112, isPress: false)])
    }

    @Test("the level makes up for edges that the kernel dropped")
    func droppedEdges() {
        var lockout = BounceLockout(isActive: false, nanoseconds: 30)
        _ = lockout.move(Edge(timestamp: 100, isPress: true))
        #expect(lockout.settle(isActive: false).map(\.isPress) == [false])
        #expect(lockout.settle(isActive: false).isEmpty)
        #expect(lockout.deadline == nil)
    }

    @Test("with a time of 0 every change passes, repeated levels do not")
    func noTime() {
        var lockout = BounceLockout(isActive: false, nanoseconds: 0)
        let levels = [true, true, false, true, false, false]
        let edges = levels.enumerated().flatMap { time, level in
            lockout.move(Edge(timestamp: Int64(time), isPress: level))
        }
        #expect(edges.map(\.timestamp) == [0, 2, 3, 4])
        #expect(lockout.deadline == nil)
    }

    @Test("whatever a line does, presses and releases alternate, and at rest they agree with it")
    func randomLines() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var lockout = BounceLockout(isActive: false, nanoseconds: 50)
            var (time, level): (Int64, Bool) = (0, false)
            var edges: [Edge] = []
            for _ in 0..<500 {
                time += Int64.random(in: 0...60, using: &random)
                if let due = lockout.deadline, due <= time, Bool.random(using: &random) {
                    edges += lockout.settle(isActive: level)
                }
                level.toggle()
                // Some edges never arrive.
                if Int.random(in: 0..<20, using: &random) > 0 {
                    edges += lockout.move(Edge(timestamp: time, isPress: level))
                }
            }
            while lockout.deadline != nil { edges += lockout.settle(isActive: level) }
            for (index, edge) in edges.enumerated() {
                #expect(edge.isPress == index.isMultiple(of: 2))
            }
        }
    }
}
