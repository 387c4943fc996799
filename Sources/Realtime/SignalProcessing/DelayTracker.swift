/// Follows a delay that drifts between two clocks (a Kalman filter of delay and drift).
///
/// A value owned by one thread; times and lags in samples of the microphone.
package struct DelayTracker {
    /// How many estimates must disagree with the followed delay, and agree with each other, before
    /// they replace it.
    private static let doubts = 3
    /// The variance of an estimate's error in quiet rooms (samples²).
    private static let variance = 0.25
    /// How much the delay and the drift may change (samples² and (samples/s)² a second).
    private static let lagNoise = 1e-3
    private static let driftNoise = 1e-4
    /// Quartz is off by some 100 ppm: 2.8 samples a second are 180.
    ///
    /// With 500 ppm the first reflection is taken for a drift. Measured by `audio-figures.sh
    /// PROGRAM FOLDER replies`, set `tuning`: SpeexDSP's canceller then removes 18 dB after 3 s.
    /// With this value, the limit below and only estimates that agree with their mean it removes
    /// 24.
    private static let firstDriftVariance = 8.0
    /// No quartz is off by more (samples a second): 600 ppm.
    private static let mostDrift = 9.6

    private let rate: Double
    private var lag = 0.0
    /// Samples a second.
    private var drift = 0.0
    private var time = 0.0
    private var lagVariance = 0.0
    private var covariance = 0.0
    private var driftVariance = Self.firstDriftVariance
    private var doubtful: (count: Int, lag: Double) = (0, 0)

    /// Whether a delay was found.
    package private(set) var isLocked = false

    /// A tracker at a rate (Hz).
    package init(rate: Int32) { self.rate = Double(rate) }

    /// By how much the loudspeaker's clock is slow against the microphone's (parts per million).
    package var driftPPM: Double { drift / rate * 1e6 }

    /// The lag at a time.
    package func lag(at sample: Int64) -> Double {
        lag + drift * (Double(sample) / rate - time)
    }

    /// Takes an estimate; returns true when the delay was found or has changed.
    package mutating func update(lag measured: Double, at sample: Int64) -> Bool {
        guard isLocked else { return doubt(measured, at: sample) }
        predict(to: Double(sample) / rate)
        let error = measured - lag
        let total = lagVariance + Self.variance
        guard abs(error) < 4 + 4 * total.squareRoot() else { return doubt(measured, at: sample) }
        doubtful.count = 0
        let lagGain = lagVariance / total
        let driftGain = covariance / total
        lag += lagGain * error
        drift = max(-Self.mostDrift, min(Self.mostDrift, drift + driftGain * error))
        driftVariance -= driftGain * covariance
        covariance -= lagGain * covariance
        lagVariance -= lagGain * lagVariance
        return false
    }

    private mutating func predict(to now: Double) {
        let step = now - time
        time = now
        lag += drift * step
        lagVariance += step * (2 * covariance + step * driftVariance) + Self.lagNoise * step
        covariance += step * driftVariance
        driftVariance += Self.driftNoise * step
    }

    private mutating func doubt(_ measured: Double, at sample: Int64) -> Bool {
        // The drift of the clocks may be 500 ppm: two samples in a quarter of a second.
        let isSame = abs(measured - doubtful.lag) < 6
        doubtful = (isSame ? doubtful.count + 1 : 1, measured)
        guard doubtful.count >= Self.doubts else { return false }
        doubtful.count = 0
        isLocked = true
        lag = measured
        time = Double(sample) / rate
        lagVariance = Self.variance
        covariance = 0
        // The drift is kept: the clocks are the same whatever the delay is.
        return true
    }
}
