internal import VoiceSession

// Muting by words.

extension VoiceAssistant {
    /// Whether the microphone is muted by a hand or by words, and by words only; the switch has no
    /// part in it.
    package var mute: (isOn: Bool, isByWords: Bool) { (machine.isMuted, machine.isMutedByWords) }

    /// Mutes the microphone until the next press, or `endMute`.
    package func mute(at time: Int64) { perform(machine.muteRequested(at: time)) }

    /// Mutes the microphone as by hand, or opens it; what the switch has muted stays so.
    package func setMute(_ isOn: Bool, at time: Int64) {
        guard isOn != machine.isMuted else { return }
        perform(machine.muteToggled(at: time))
    }

    /// Mutes the microphone as it was muted in an earlier life, whatever the switch says; nothing is
    /// heard of it.
    package func resumeMute(byWords: Bool) { perform(machine.muteResumed(byWords: byWords)) }

    /// Ends what `mute` began, if nobody has muted the microphone by hand since.
    package func endMute() { perform(machine.muteEnded(at: ports.alarm.now)) }
}
