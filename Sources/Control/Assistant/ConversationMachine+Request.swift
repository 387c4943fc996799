// Turns that are requested remotely.

extension ConversationMachine {
    /// Listening was requested without a press: one turn, which ends with the words, or when no
    /// speech is heard.
    ///
    /// It does not unmute a microphone, however it was muted, and does not dismiss an alarm.
    package mutating func listenRequested(at time: Int64) -> [ConversationAction] {
        guard uplink.open == nil else { return settle() }
        if let refusal {
            tell(refusal, at: time)
            return settle()
        }
        openTurn(by: .request, at: time, gate: .openMicrophone(at: time))
        return settle()
    }
}
