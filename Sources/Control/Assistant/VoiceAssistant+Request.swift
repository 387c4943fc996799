// Remote requests.

extension VoiceAssistant {
    /// Listens for one turn, as after a tap.
    package func listen(at time: Int64) {
        guard !isStopped else { return }
        perform(machine.listenRequested(at: time))
    }
}
