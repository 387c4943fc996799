package import Live
internal import Tools

// What comes from the service.

extension VoiceAssistant {
    /// Something came from the session.
    package func session(_ event: SessionEvent) {
        guard !isStopped else { return }
        let now = ports.alarm.now
        switch event {
        case .connecting:
            break
        case .ready(let resumed):
            if !resumed { ports.tools.conversationBegan() }
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
        case .audio(let samples):
            play(samples, at: now)
        case .inputTranscript(let text):
            record(.heard(text))
            performConfirmation(confirmations.heard(text, at: now))
            if Self.hasWords(text) { perform(machine.wordsHeard(at: now)) }
        case .outputTranscript(let text):
            if machine.isReplyHeard { record(.said(text)) }
        case .interrupted:
            perform(machine.interrupted(at: now))
        case .generationComplete:
            perform(machine.generationComplete())
        case .turnComplete:
            perform(machine.turnComplete())
        case .toolCalls(let calls):
            take(calls, at: now)
        case .toolCallsCancelled(let identifiers):
            perform(machine.toolCallsCancelled(identifiers, at: now))
        case .notice(let text):
            record(.notice(text))
        case .text, .grounding, .voiceActivity, .usage:
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

    private func play(_ samples: [Int16], at time: Int64) {
        switch machine.audioArrived(samples: samples.count, at: time) {
        case .drop:
            break
        case .play(let actions):
            perform(actions)
            confirmations.speakingBegan()
            ports.speaker.play(samples)
        }
    }
}

extension Earcon {
    /// What tells the user why there is no session.
    fileprivate init(refusal: CloseReason) {
        switch refusal {
        case .noKey: self = .noKey
        case .settings: self = .settings
        case .budget: self = .budget
        case .credential, .model, .billing, .payload, .handle, .quota, .deadline, .transient:
            self = .refused
        }
    }
}
