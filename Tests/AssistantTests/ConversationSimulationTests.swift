import Testing

@testable import Assistant

@Suite("random conversations")
struct ConversationSimulationTests {
    @Test("two hundred random conversations keep every promise")
    func randomLives() {
        var played = 0
        var interruptions = 0
        var resumptions = 0
        for seed in UInt64(1)...200 {
            let life = SimulatedConversation(seed: seed)
            life.run()
            played += life.playedChunks
            interruptions += life.interruptions
            resumptions += life.resumptions
            if let first = life.violations.first {
                Issue.record("seed \(seed), \(life.mode): \(first)")
                return
            }
        }
        // The random runs would prove nothing if hardly anything happened in them.
        #expect(played > 1_000)
        #expect(interruptions > 100)
        #expect(resumptions > 3)
    }
}
