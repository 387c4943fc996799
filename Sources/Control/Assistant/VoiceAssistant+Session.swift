internal import Tools
package import VoiceSession

// Events of the session.

extension VoiceAssistant {
    /// An answer that stays below this in all its samples (-66 dB) is silence.
    private static let audibleLevel: UInt16 = 16
    /// How much of an unrequested text answer is kept (characters).
    private static let writtenLimit = 2_000

    /// The session reports an event.
    package func session(_ event: SessionEvent) {
        guard !isStopped else { return }
        let now = ports.alarm.now
        switch event {
        case .connecting:
            break
        case .ready(let resumed):
            perform(machine.sessionReady(resumed: resumed, at: now))
        case .offline(let reason, _):
            confirmations.sessionLost()
            perform(
                machine.sessionOffline(
                    "\(reason)", isNetworkMissing: !ports.hasNetwork(), at: now))
        case .asleep:
            perform(machine.sessionAsleep())
        case .closed:
            perform(
                machine.sessionOffline(
                    "the session is closed", isNetworkMissing: false, at: now))
        case .failed(let failure):
            perform(
                machine.sessionRefused(
                    "\(failure)", because: Earcon(refusal: failure.reason), at: now))
        case .audio(let samples, let answer):
            let isAudible = samples.contains { $0.magnitude > Self.audibleLevel }
            perform(machine.audioArrived(samples, isAudible: isAudible, of: answer, at: now))
        case .inputTranscript(let text):
            // The service transcribes the device's own text as the user's words, until the user
            // speaks again.
            if isAnnouncing { break }
            if !confirmations.hidesWords { record(.heard(text)) }
            performConfirmation(confirmations.heard(text, at: now))
            if Self.hasWords(text) { perform(machine.wordsHeard(at: now)) }
        case .outputTranscript(let text, let answer):
            guard machine.isHeard(answer) else { break }
            record(.said(text))
            perform(machine.answerShown(at: now))
        case .interrupted(let answer, let next):
            perform(machine.interrupted(answer, next: next, at: now))
        case .generationComplete(let answer):
            perform(machine.generationComplete(answer))
        case .turnComplete(let answer):
            perform(machine.turnComplete(answer))
        case .toolCalls(let calls, let answer):
            perform(machine.toolCallsArrived(calls, of: answer, at: now))
        case .toolCallsCancelled(let identifiers):
            perform(machine.toolCallsCancelled(identifiers, at: now))
        case .notice(let text):
            record(.notice(text))
        case .text(let text, let answer):
            guard machine.isHeard(answer) else { break }
            written += text.prefix(max(0, Self.writtenLimit - written.count))
            perform(machine.answerShown(at: now))
        case .answerFailed(let answer):
            if machine.isHeard(answer) { perform(machine.answerShown(at: now)) }
        case .grounding, .voiceActivity, .usage:
            break
        }
    }

    /// Whether a transcript has words: the service also writes down "<noise>", or blanks.
    private static func hasWords(_ text: String) -> Bool {
        var isTag = false
        for character in text {
            if character == "<" { isTag = true }
            if !isTag, character.isLetter || character.isNumber { return true }
            if character == ">" { isTag = false }
        }
        return false
    }
}

extension Earcon {
    /// The earcon that says why there is no session.
    fileprivate init(refusal: FailureReason) {
        switch refusal {
        case .noKey: self = .noKey
        case .settings: self = .settings
        case .budget: self = .budget
        case .credential, .model, .billing, .project, .region, .payload, .unknown:
            self = .refused
        }
    }
}
