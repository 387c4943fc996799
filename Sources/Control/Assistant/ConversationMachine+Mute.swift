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
    package mutating func muteEnded() -> [ConversationAction] {
        guard isMutedByWords else { return settle() }
        isMutedByWords = false
        isMuted = false
        if !isSwitchMuted { record(.muted(false)) }
        return settle()
    }

    /// A press opens what words have muted, but not what the switch has.
    mutating func pressEndsMute() {
        guard isMutedByWords, !isSwitchMuted else { return }
        isMutedByWords = false
        isMuted = false
        record(.muted(false))
    }
}
