import Glibc
import SignalProcessing
import TestInputs
import Testing

struct DelayTests {
    private func noise(_ count: Int, seed: UInt32) -> [Int16] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(truncatingIfNeeded: state >> 16) / 8
        }
    }

    private func estimates(
        of microphone: [Int16], against reference: [Int16]
    ) -> [DelayEstimator.Estimate] {
        var estimator = DelayEstimator()
        return stride(from: 0, to: microphone.count - 319, by: 320).compactMap { start in
            estimator.process(
                microphone: Array(microphone[start..<(start + 320)]),
                reference: Array(reference[start..<(start + 320)]), count: 320)
        }
    }

    @Test(
        "a lag is found to a fifth of a sample, also a negative one",
        arguments: [-500, 3, 4000])
    func estimator(lag: Int) {
        let reference = noise(48_000, seed: 3)
        let other = noise(48_000, seed: 4)
        let microphone = reference.indices.map { index in
            let source = index - lag
            return reference.indices.contains(source)
                ? reference[source] / 4 + other[index] / 8 : 0
        }
        let found = estimates(of: microphone, against: reference)
        #expect(found.count > 8)
        #expect(abs((found.last?.lag ?? 1e9) - Double(lag)) < 0.5)
        #expect((found.last?.certainty ?? 0) > 20)
        #expect((found.last?.meanCertainty ?? 0) > 20)
    }

    @Test("without an echo the estimate is uncertain, and silence gives none")
    func noEcho() {
        let strangers = estimates(of: noise(48_000, seed: 8), against: noise(48_000, seed: 9))
        #expect(strangers.allSatisfy { $0.meanCertainty < 9 })
        let silence = [Int16](repeating: 0, count: 48_000)
        #expect(estimates(of: noise(48_000, seed: 8), against: silence).isEmpty)
    }

    @Test("the tracker locks on agreeing estimates, follows a drift, and ignores an outlier")
    func tracker() {
        var tracker = DelayTracker(rate: 16_000)
        func taken(lag: Double, at sample: Int64) -> Bool {
            tracker.update(lag: lag, at: sample)
        }
        #expect(!taken(lag: 100, at: 0))
        #expect(!taken(lag: 900, at: 4000))
        #expect(!tracker.isLocked)
        // 200 ppm: 3.2 samples a second.
        func lag(_ index: Int) -> Double { 700 + 0.8 * Double(index) }
        var locked = 0
        for index in 0..<40 where tracker.update(lag: lag(index), at: Int64(index * 4000)) {
            locked += 1
        }
        #expect(locked == 1)
        #expect(abs(tracker.driftPPM - 200) < 5)
        #expect(abs(tracker.lag(at: 160_000) - lag(40)) < 0.3)
        #expect(!taken(lag: 2000, at: 160_000))
        #expect(!taken(lag: lag(41), at: 164_000))
        #expect(abs(tracker.lag(at: 164_000) - lag(41)) < 0.3)
        // Three that agree are a new delay; the clocks are unchanged.
        let changes = (42..<45).map { tracker.update(lag: lag($0) + 500, at: Int64($0 * 4000)) }
        #expect(changes == [false, false, true])
        #expect(abs(tracker.lag(at: 400_000) - lag(100) - 500) < 3)
    }

    // A wall or a table reflects, and sometimes the peak of a stretch of speech is there: one in
    // ten, 8 to 40 samples (17 to 86 cm) later. 2000 rooms with clocks within 400 ppm.
    @Test("an occasional reflection is not taken for clock drift")
    func reflections() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<2000 {
            var tracker = DelayTracker(rate: 16_000)
            let drift = Double.random(in: -400...400, using: &random)
            let first = Double.random(in: 0...4000, using: &random)
            let farther = Double.random(in: 8...40, using: &random)
            for index in 0..<60 {
                let sample = Int64(index * 3840)
                let isReflected = Int.random(in: 0..<10, using: &random) == 0
                let lag =
                    first + drift * 1e-6 * Double(sample) + (isReflected ? farther : 0)
                    + Double.random(in: -0.3...0.3, using: &random)
                _ = tracker.update(lag: lag, at: sample)
                #expect(abs(tracker.driftPPM) <= 600)
            }
            #expect(abs(tracker.driftPPM - drift) < 100, "\(drift), \(farther)")
        }
    }

    @Test("a history is interpolated between its samples, and missing ones are silence")
    func history() {
        var history = ReferenceHistory()
        func wave(_ place: Double) -> Double { 8000 * sin(2 * .pi * 1000 * place / 16_000) }
        let samples = (0..<4000).map { Int16(wave(Double($0)).rounded()) }
        history.append(samples, count: 4000)
        var read = [Int16](repeating: 0, count: 100)
        func hasSound(count: Int, from place: Double, step: Double) -> Bool {
            history.read(into: &read, count: count, from: place, step: step)
        }
        #expect(hasSound(count: 100, from: 1000.37, step: 1.0002))
        for index in 0..<100 {
            #expect(abs(Double(read[index]) - wave(1000.37 + 1.0002 * Double(index))) < 20)
        }
        #expect(!hasSound(count: 100, from: 4100, step: 1))
        #expect(read.allSatisfy { $0 == 0 })
        history.move(to: 2000)
        #expect(!hasSound(count: 100, from: 2500, step: 1))
        history.move(to: 3000)
        #expect(history.end == 3000)
        history.append(samples, count: 100)
        #expect(hasSound(count: 50, from: 3020, step: 1))
        history.move(to: 1 << 30)
        #expect(history.end == 1 << 30)
        #expect(!hasSound(count: 100, from: Double((1 << 30) - 500), step: 1))
    }
}
