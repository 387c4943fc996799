internal import VoiceSession

// A reply that a voice interrupted, until it is known whether the voice spoke words.
//
// The local detector takes a cough, a door or the television for speech, and the reply is silenced
// at once nevertheless. The part that was not heard is held: words drop it, silence resumes it.
//
//     speaking --onset--> held --words, `interrupted`, a new reply, button--> dropped
//                          |
//                          +--no words for a while after the last sound--> speaking, goes on

extension ConversationMachine {
    struct Held: Equatable {
        /// The reply when it was interrupted, updated with what has come since.
        var speaking: Speaking
        /// When it was silenced.
        var since: Int64
        /// When it resumes; nil while the voice is heard.
        var until: Int64?
    }

    /// Silences the reply that plays, and keeps the part that was not heard.
    mutating func hold(_ speaking: Speaking, at time: Int64) {
        emit(.holdSpeaker)
        record(.interrupted(by: .voice))
        interruption = (time, .voice)
        held = Held(speaking: speaking, since: time)
    }

    /// The voice is heard again, or has stopped.
    mutating func heldVoice(isHeard: Bool, at time: Int64) {
        held?.until = isHeard ? nil : time + .milliseconds(settings.falseInterruptionMilliseconds)
    }

    /// Words were said, or the user wants something else: the rest of the held reply is dropped.
    mutating func dropHeld() {
        guard let dropped = held else { return }
        held = nil
        emit(.flushSpeaker)
        answers.interrupt(dropped.speaking.answer)
    }

    /// The service interrupted the held reply itself, so its marks have come already.
    mutating func dropHeldInterrupted() {
        guard held != nil else { return }
        held = nil
        emit(.flushSpeaker)
    }

    /// No words came, so the reply resumes where it was silenced.
    mutating func resumeHeld(at time: Int64) {
        guard let kept = held else { return }
        held = nil
        endOfWords = nil
        record(.resumed)
        emit(.resumeSpeaker)
        var speaking = kept.speaking
        speaking.isResumed = true
        speaking.playedBy = max(speaking.playedBy + time - kept.since, time)
        phase = .speaking(speaking)
        if speaking.isComplete, speaking.isDrained || !hasSpeaker { finishReply() }
    }

    /// Audio of that length came: returns whether it belongs to a held reply.
    mutating func isAddedToHeld(
        _ length: Int64, isAudible: Bool, of answer: AnswerNumber
    ) -> Bool {
        guard var kept = held else { return false }
        guard answer <= kept.speaking.answer || kept.speaking.isToolAnswerDue else {
            // It answers what was said meanwhile, so there were words.
            dropHeld()
            return false
        }
        kept.speaking.answer = max(kept.speaking.answer, answer)
        if kept.speaking.isToolAnswerDue { kept.speaking.isComplete = false }
        kept.speaking.isToolAnswerDue = false
        kept.speaking.isEnded = false
        kept.speaking.isDrained = false
        kept.speaking.isAudible = kept.speaking.isAudible || isAudible
        kept.speaking.playedBy += length
        held = kept
        return true
    }

    /// The held reply is complete, or no more of it will come.
    mutating func completeHeld(isTurnOver: Bool) {
        guard var kept = held else { return }
        if !kept.speaking.isEnded { emit(.endReply) }
        kept.speaking.isEnded = true
        if isTurnOver { kept.speaking.isComplete = true }
        held = kept
    }

    /// Words were transcribed after a reply had resumed: it was an interruption after all.
    mutating func interruptResumed(at time: Int64) {
        guard case .speaking(let speaking) = phase, speaking.isResumed else { return }
        silence(cause: .voice, at: time)
        answers.interrupt(speaking.answer)
        phase =
            uplink.open == nil ? .thinking(awaiting(from: time, isDoubtful: false)) : .listening
    }

    /// Whether the audio belongs to a later reply than one that resumed after an interruption, so
    /// that there were words after all.
    func isAnswerToInterruption(_ answer: AnswerNumber) -> Bool {
        guard case .speaking(let speaking) = phase else { return false }
        return speaking.isResumed && !speaking.isToolAnswerDue && answer > speaking.answer
    }

    /// A function was answered, so the next reply does not show that there were words.
    mutating func expectToolAnswer() {
        held?.speaking.isToolAnswerDue = true
        guard case .speaking(var speaking) = phase else { return }
        speaking.isToolAnswerDue = true
        phase = .speaking(speaking)
    }
}
