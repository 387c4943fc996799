// Turns that somebody elsewhere asks for.

extension ConversationMachine {
    /// Listening was asked for, without a hand on the button: one turn, which ends with the words,
    /// or when nobody speaks.
    ///
    /// It opens no microphone that is muted, by whatever, and ends no alarm.
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
