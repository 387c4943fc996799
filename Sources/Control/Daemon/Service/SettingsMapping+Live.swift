package import Configuration
internal import Live

// What the settings ask of the voice service beside its session.
extension Settings {
    var dailyTokenBudget: Int64? {
        let budget = self[Keys.live.dailyBudget]
        return budget == 0 ? nil : Int64(budget)
    }

    /// What the settings ask for and the model refuses, one line each, for `config check`.
    package var complaints: [String] {
        SessionSettings(self).complaints + VoiceSample.read(self).complaints
    }

    /// Whether the model may answer nothing to words that were not meant for it.
    var serviceMayStaySilent: Bool { SessionSettings(self).isProactive }
}
