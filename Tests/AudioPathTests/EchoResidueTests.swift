import Testing

@testable import AudioPath

@Suite("A voice among what a loudspeaker that clips leaves")
struct EchoResidueTests {
    /// What a canceller leaves, which comes and goes by 3 dB around a share (decibels) as the
    /// device speaks on; returns at which frame a voice was found.
    static func hear(
        _ residue: inout EchoResidue, share: Float, frames: Int
    ) -> Int? {
        var found: Int?
        for frame in 0..<frames {
            let level: Float = frame / 9 % 2 == 0 ? -18 : -30
            let sway: Float = frame / 7 % 2 == 0 ? 3 : -3
            residue.note(subtracted: level, left: level + share + sway)
            if found == nil, residue.isExceeded { found = frame }
        }
        return found
    }

    @Test(
        "the device's own voice is none, however loud, and somebody's is one within half a second")
    func clipping() throws {
        var residue = EchoResidue()
        #expect(Self.hear(&residue, share: -9, frames: 3000) == nil)
        let found = try #require(Self.hear(&residue, share: -1, frames: 100))
        #expect(found < 25)
    }

    @Test("one that is found does not make it deaf to the next")
    func twice() {
        var residue = EchoResidue()
        #expect(Self.hear(&residue, share: -9, frames: 1000) == nil)
        #expect(Self.hear(&residue, share: -1, frames: 150) != nil)
        #expect(Self.hear(&residue, share: -9, frames: 500) == nil)
        #expect(Self.hear(&residue, share: -1, frames: 150) != nil)
    }

    @Test("while the canceller learns, and where it leaves little, nothing is said")
    func silent() {
        var young = EchoResidue()
        #expect(Self.hear(&young, share: -9, frames: 200) == nil)
        #expect(Self.hear(&young, share: -1, frames: 100) == nil)
        var clean = EchoResidue()
        #expect(Self.hear(&clean, share: -25, frames: 1000) == nil)
        #expect(Self.hear(&clean, share: -14, frames: 100) == nil)
    }

    @Test("when the echo comes another way, what was usual is learned anew")
    func otherWay() {
        var residue = EchoResidue()
        #expect(Self.hear(&residue, share: -9, frames: 1000) == nil)
        residue.forget()
        #expect(Self.hear(&residue, share: -2, frames: 1000) == nil)
    }
}
