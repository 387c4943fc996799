// Muting by words: a press opens the microphone again, unless it was muted by hand.

extension ConversationMachine {
    /// Muting was requested in words: until the next press, or `muteEnded`.
    package mutating func muteRequested(at time: Int64) -> [ConversationAction] {
        guard !isSilenced else { return settle() }
        let actions = muteToggled(at: time)
        isMutedByWords = true
        return actions
    }

    /// Restores the mute of an earlier run, without any sound.
    package mutating func muteResumed(byWords: Bool) -> [ConversationAction] {
        let isNews = !isSilenced
        isMuted = true
        isMutedByWords = byWords
        if isNews { record(.muted(true)) }
        return settle()
    }

    /// The requested muting time has passed; a mute by hand since then stays.
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
    /// was muted must not be heard, not even as the pre-roll of a press.
    package func preRollMilliseconds(at time: Int64) -> Int {
        guard let mutedUntil else { return settings.preRollMilliseconds }
        // If this were rounded up, the pre-roll would reach into the muted time by up to a
        // millisecond.
        let sinceMuted = max(0, time - mutedUntil) / 1_000_000
        return min(settings.preRollMilliseconds, Int(clamping: sinceMuted))
    }

    /// A press ends a mute by words, but not one by the switch.
    mutating func pressEndsMute(at time: Int64) {
        guard isMutedByWords, !isSwitchMuted else { return }
        isMutedByWords = false
        isMuted = false
        mutedUntil = time
        record(.muted(false))
    }
}
