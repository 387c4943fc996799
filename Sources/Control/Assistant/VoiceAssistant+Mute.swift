// Muting by words.

extension VoiceAssistant {
    /// Mutes the microphone until the next press, or `endMute`.
    package func mute(at time: Int64) { perform(machine.muteRequested(at: time)) }

    /// Ends what `mute` began, if nobody has muted the microphone by hand since.
    package func endMute() { perform(machine.muteEnded()) }
}
