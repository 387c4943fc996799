import Testing

@testable import Setup

@Suite("Levels of microphone and loudspeaker")
struct SoundJudgeTests {
    /// A room: how loud the sound is at the microphone for these levels, which clips beyond a point.
    private func hear(_ levels: SoundLevels, loss: Double) -> HeardSound {
        // Ten decibels are twice as loud, as people hear it; a control of 100 % adds nothing.
        let volume = Double(levels.volume ?? 60) - 100
        let gain = Double(levels.sensitivity ?? 80) - 80
        let level = -9 + volume * 0.3 + gain * 0.5 - loss
        return HeardSound(
            noise: -70, level: level < -75 ? nil : min(level, -3), peak: min(0, level + 3),
            clippedSamples: level > -6 ? 500 : 0)
    }

    private func adjusted(loss: Double) -> (SoundLevels, SoundJudge.Verdict, tries: Int) {
        var levels = SoundLevels(volume: 60, sensitivity: nil)
        var verdict = SoundJudge.verdict(hear(levels, loss: loss))
        var tries = 0
        while tries < SoundJudge.tryLimit, let next = SoundJudge.next(after: levels, verdict) {
            tries += 1
            levels = next
            verdict = SoundJudge.verdict(hear(levels, loss: loss))
        }
        return (levels, verdict, tries)
    }

    @Test("a card that clips is turned down until it does not")
    func clips() {
        let (levels, verdict, _) = adjusted(loss: -20)
        #expect(verdict == .good)
        #expect((levels.sensitivity ?? 100) < 80)
    }

    @Test("a card that hears too little is turned up, the microphone first")
    func quiet() {
        let (levels, verdict, _) = adjusted(loss: 30)
        #expect(verdict == .good)
        #expect(levels.sensitivity == 100)
    }

    @Test("levels that are right are left alone")
    func good() {
        let (levels, verdict, tries) = adjusted(loss: 5)
        #expect(verdict == .good && tries == 0)
        #expect(levels == SoundLevels(volume: 60, sensitivity: nil))
    }

    @Test("controls that do nothing end the search, within their range")
    func deaf() {
        for verdict in [SoundJudge.Verdict.clips, .tooQuiet, .unheard] {
            var levels = SoundLevels(volume: nil, sensitivity: nil)
            var tries = 0
            while tries < 100, let next = SoundJudge.next(after: levels, verdict) {
                levels = next
                tries += 1
                for level in [levels.volume, levels.sensitivity].compactMap({ $0 }) {
                    #expect((SoundJudge.least...100).contains(level))
                }
            }
            #expect(tries < 10, "\(verdict)")
        }
    }

    @Test("loudspeaker and microphone of one card are tried first, a screen last")
    func pairs() {
        func choice(_ name: String, _ card: String, isScreen: Bool = false) -> SoundChoice {
            SoundChoice(name: name, card: card, words: "", isScreen: isScreen)
        }
        let pairs = SoundStep.pairs(
            [choice("mic-b", "B"), choice("mic-c", "C")],
            [choice("hdmi", "A", isScreen: true), choice("spk-c", "C")])
        #expect(
            pairs == [
                SoundPair(capture: "mic-c", playback: "spk-c"),
                SoundPair(capture: "mic-b", playback: "spk-c"),
                SoundPair(capture: "mic-b", playback: "hdmi"),
                SoundPair(capture: "mic-c", playback: "hdmi"),
            ])
        let many = (0..<9).map { choice("\($0)", "\($0)") }
        #expect(SoundStep.pairs(many, many).count == SoundStep.pairLimit)
    }
}
