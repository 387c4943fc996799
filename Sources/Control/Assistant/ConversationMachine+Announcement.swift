package import VoiceSession

// Announcements: speech that the device requests unprompted.

extension ConversationMachine {
    /// Whether no turn is open or under way, and the session is up or only asleep.
    package var mayAnnounce: Bool {
        phase == .idle && held == nil && !uplink.isBusy && (link == .up || link == .asleep)
    }

    /// The model was asked to say something; its answer is awaited like one to the user's words.
    package mutating func announced(
        due answer: AnswerNumber?, at time: Int64
    ) -> [ConversationAction] {
        answers.interruptAll()
        if let answer { answers.note(answer) }
        endOfWords = nil
        isToolDone = false
        isAnswerShown = false
        phase = .thinking(awaiting(from: time, isDoubtful: false))
        if link == .asleep {
            linkDeadline = time + .milliseconds(settings.offlinePatienceMilliseconds)
        }
        return settle()
    }
}
