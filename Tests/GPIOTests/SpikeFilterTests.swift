import Testing

@testable import GPIO

@Suite("Filtering of spikes")
struct SpikeFilterTests {
    private func press(_ timestamp: Int64) -> Edge { Edge(timestamp: timestamp, isPress: true) }
    private func release(_ timestamp: Int64) -> Edge { Edge(timestamp: timestamp, isPress: false) }

    @Test("a clean press is reported after the filter time, stamped with its edge")
    func cleanPress() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 5)
        #expect(filter.deadline == nil)
        #expect(filter.move(press(100)) == nil)
        #expect(filter.deadline == 105)
        #expect(filter.settle(isActive: true) == press(100))
        #expect(filter.deadline == nil)
    }

    @Test("a bouncing press is one press, stamped with the first contact")
    func bouncingPress() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 5)
        for (index, time) in [100, 101, 103, 106, 110].enumerated() {
            let edge = Edge(timestamp: Int64(time), isPress: index % 2 == 0)
            #expect(filter.move(edge) == nil)
        }
        #expect(filter.deadline == 115)
        #expect(filter.settle(isActive: true) == press(100))
    }

    @Test("a spike is ignored")
    func spike() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 5)
        #expect(filter.move(press(100)) == nil)
        #expect(filter.move(release(102)) == nil)
        #expect(filter.settle(isActive: false) == nil)
        #expect(filter.deadline == nil)
        #expect(filter.move(press(200)) == nil)
        #expect(filter.settle(isActive: true) == press(200))
    }

    @Test("edges that are read late are distinguished by their stamps")
    func readLate() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 5)
        #expect(filter.move(press(100)) == nil)
        #expect(filter.move(release(200)) == press(100))
        #expect(filter.move(press(300)) == release(200))
        #expect(filter.settle(isActive: true) == press(300))
    }

    @Test("the level makes up for an edge that the kernel dropped")
    func droppedEdge() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 5)
        #expect(filter.move(press(100)) == nil)
        // The release after it was lost.
        #expect(filter.settle(isActive: false) == nil)
        #expect(filter.move(release(200)) == nil)
        #expect(filter.settle(isActive: true) == press(200))
    }

    @Test("a line that is active from the start reports its release first")
    func activeFromTheStart() {
        var filter = SpikeFilter(isActive: true, nanoseconds: 5)
        #expect(filter.move(release(100)) == nil)
        #expect(filter.settle(isActive: false) == release(100))
    }

    @Test("with a time of 0 every change passes at once, repeated levels do not")
    func noTime() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 0)
        #expect(filter.move(press(100)) == press(100))
        #expect(filter.move(press(101)) == nil)
        #expect(filter.move(release(102)) == release(102))
        #expect(filter.deadline == nil)
    }

    @Test("settling a line at rest changes nothing")
    func settleAtRest() {
        var filter = SpikeFilter(isActive: false, nanoseconds: 5)
        #expect(filter.settle(isActive: true) == nil)
    }

    @Test("whatever a line does, presses and releases alternate and are never too close")
    func randomLines() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var filter = SpikeFilter(isActive: false, nanoseconds: 50)
            var (time, level): (Int64, Bool) = (0, false)
            var settled: [(edge: Edge, known: Int64)] = []
            for _ in 0..<500 {
                time += Int64.random(in: 0...100, using: &random)
                if let due = filter.deadline, due <= time, Bool.random(using: &random),
                    let edge = filter.settle(isActive: level)
                {
                    settled.append((edge, time))
                }
                level.toggle()
                if let edge = filter.move(Edge(timestamp: time, isPress: level)) {
                    settled.append((edge, time))
                }
            }
            for (index, (edge, known)) in settled.enumerated() {
                #expect(edge.isPress == (index % 2 == 0))
                #expect(known - edge.timestamp >= 50)
            }
            for (earlier, later) in zip(settled, settled.dropFirst()) {
                #expect(later.edge.timestamp - earlier.edge.timestamp >= 50)
            }
        }
    }
}
