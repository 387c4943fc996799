internal import VoiceSession

// A reply that a voice interrupted, until it is known whether the voice said words.
//
// A cough, a door or the television is heard as speech by the local detector, and the reply is
// silenced at once all the same. What was not heard is held: words drop it, silence takes it up.
//
//     speaking --onset--> held --words, `interrupted`, a new reply, button--> dropped
//                          |
//                          +--no words for a while after the last sound--> speaking, goes on

extension ConversationMachine {
    struct Held: Equatable {
        /// The reply as it was, and what has come of it since.
        var speaking: Speaking
        /// When it was silenced.
        var since: Int64
        /// When it goes on; nil while the voice is heard.
        var until: Int64?
    }

    /// Silences the reply that plays, and keeps what was not heard of it.
    mutating func hold(_ speaking: Speaking, at time: Int64) {
        emit(.holdSpeaker)
        record(.interrupted(by: .voice))
        interruption = (time, .voice)
        held = Held(speaking: speaking, since: time)
    }

    /// The voice is heard again, or not any more.
    mutating func heldVoice(isHeard: Bool, at time: Int64) {
        held?.until = isHeard ? nil : time + .milliseconds(settings.falseInterruptionMilliseconds)
    }

    /// Words were said, or the user wants something else: nothing more of the held reply is heard.
    mutating func dropHeld() {
        guard let dropped = held else { return }
        held = nil
        emit(.flushSpeaker)
        answers.interrupt(dropped.speaking.answer)
    }

    /// The service cut the held reply itself, so its marks have come already.
    mutating func dropHeldCut() {
        guard held != nil else { return }
        held = nil
        emit(.flushSpeaker)
    }

    /// No words came, so the reply goes on where it was cut.
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

    /// Audio of that length came: whether a reply is held to which it belongs.
    mutating func isAddedToHeld(
        _ length: Int64, isAudible: Bool, of answer: AnswerNumber
    ) -> Bool {
        guard var kept = held else { return false }
        guard answer <= kept.speaking.answer || kept.speaking.isToolAnswerDue else {
            // It answers what was said meanwhile: those were words.
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

    /// The held reply is whole, or all of it that ever comes.
    mutating func completeHeld(isTurnOver: Bool) {
        guard var kept = held else { return }
        if !kept.speaking.isEnded { emit(.endReply) }
        kept.speaking.isEnded = true
        if isTurnOver { kept.speaking.isComplete = true }
        held = kept
    }

    /// Words were written down after a reply had gone on: they were an interruption after all.
    mutating func interruptResumed(at time: Int64) {
        guard case .speaking(let speaking) = phase, speaking.isResumed else { return }
        silence(cause: .voice, at: time)
        answers.interrupt(speaking.answer)
        phase =
            uplink.open == nil ? .thinking(awaiting(from: time, isDoubtful: false)) : .listening
    }

    /// Whether the audio that came is of a reply behind one that went on after an interruption, so
    /// that there were words after all.
    func isAnswerToInterruption(_ answer: AnswerNumber) -> Bool {
        guard case .speaking(let speaking) = phase else { return false }
        return speaking.isResumed && !speaking.isToolAnswerDue && answer > speaking.answer
    }

    /// A function was answered, so that the next reply is no sign of words.
    mutating func expectToolAnswer() {
        held?.speaking.isToolAnswerDue = true
        guard case .speaking(var speaking) = phase else { return }
        speaking.isToolAnswerDue = true
        phase = .speaking(speaking)
    }
}
