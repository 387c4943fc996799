import Testing
import WebSockets

@testable import Daemon

@Suite("Work on the loop has an answer", .timeLimit(.minutes(5)))
struct LoopAnswerTests {
    private struct Refusal: Error, Equatable {}

    @Test("what the work gives or throws is the answer")
    func answers() async throws {
        let loop = try EventLoop(name: "test")
        #expect(try await loop.run { 7 } == 7)
        await #expect(throws: Refusal.self) { try await loop.run { throw Refusal() } }
        loop.stop()
    }

    @Test("work that is given while the loop stops, or later, has an answer too")
    func stopped() async throws {
        for _ in 0..<50 {
            let loop = try EventLoop(name: "test")
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { _ = try? await loop.run { 1 } }
                }
                group.addTask { loop.stop() }
            }
            await #expect(throws: (any Error).self) { try await loop.run { 1 } }
        }
    }
}
