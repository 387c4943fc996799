// Muting by words: what a hand has not muted, a press opens again.

extension ConversationMachine {
    /// Muting was asked for in words: until the next press, or `muteEnded`.
    package mutating func muteRequested(at time: Int64) -> [ConversationAction] {
        guard !isSilenced else { return settle() }
        let actions = muteToggled(at: time)
        isMutedByWords = true
        return actions
    }

    /// What was muted in an earlier life of the device stays so; nothing is heard of it.
    package mutating func muteResumed(byWords: Bool) -> [ConversationAction] {
        let isNews = !isSilenced
        isMuted = true
        isMutedByWords = byWords
        if isNews { record(.muted(true)) }
        return settle()
    }

    /// The time that muting was asked for has passed; what was muted by hand since stays so.
    package mutating func muteEnded(at time: Int64) -> [ConversationAction] {
        guard isMutedByWords else { return settle() }
        isMutedByWords = false
        isMuted = false
        if !isSwitchMuted {
            mutedUntil = time
            record(.muted(false))
        }
        return settle()
    }

    /// How far back the microphone may be opened at a time (milliseconds): what was said while it
    /// was muted is heard by nobody, not even as what came before a press.
    package func preRollMilliseconds(at time: Int64) -> Int {
        guard let mutedUntil else { return settings.preRollMilliseconds }
        // Rounded up, the pre-roll would reach into the muted time by less than a millisecond.
        let sinceMuted = max(0, time - mutedUntil) / 1_000_000
        return min(settings.preRollMilliseconds, Int(clamping: sinceMuted))
    }

    /// A press opens what words have muted, but not what the switch has.
    mutating func pressEndsMute(at time: Int64) {
        guard isMutedByWords, !isSwitchMuted else { return }
        isMutedByWords = false
        isMuted = false
        mutedUntil = time
        record(.muted(false))
    }
}
