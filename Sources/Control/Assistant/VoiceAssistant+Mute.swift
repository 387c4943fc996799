internal import VoiceSession

// Muting by words.

extension VoiceAssistant {
    /// Whether the microphone is muted by hand or by words, and whether only by words; the switch
    /// does not count.
    package var mute: (isOn: Bool, isByWords: Bool) { (machine.isMuted, machine.isMutedByWords) }

    /// Mutes the microphone until the next press, or `endMute`.
    package func mute(at time: Int64) { perform(machine.muteRequested(at: time)) }

    /// Mutes the microphone as by hand, or unmutes it; a mute by the switch stays.
    package func setMute(_ isOn: Bool, at time: Int64) {
        guard isOn != machine.isMuted else { return }
        perform(machine.muteToggled(at: time))
    }

    /// Restores the mute of an earlier run, whatever the switch says, without any sound.
    package func resumeMute(byWords: Bool) { perform(machine.muteResumed(byWords: byWords)) }

    /// Ends what `mute` began, unless the microphone was muted by hand since.
    package func endMute() { perform(machine.muteEnded(at: ports.alarm.now)) }
}
