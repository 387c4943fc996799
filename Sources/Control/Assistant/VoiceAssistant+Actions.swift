internal import ModelTypes
internal import Tools
internal import VoiceSession

// The machine's actions.

extension VoiceAssistant {
    /// Performs the actions of an event; those of events that arrive meanwhile follow.
    ///
    /// A port may report something at once, as the session does with an attempt to connect; the
    /// resulting actions must not come between the actions of this event.
    func perform(_ actions: [ConversationAction]) {
        guard !isStopped else { return }
        queue += actions
        guard !isPerforming else { return }
        isPerforming = true
        while !queue.isEmpty {
            let batch = queue
            queue = []
            batch.forEach(perform)
        }
        isPerforming = false
        announceNext()
        setAlarm()
    }

    private func perform(_ action: ConversationAction) {
        switch action {
        case .openMicrophone(let at):
            ports.microphone.open(
                at: at, preRollMilliseconds: machine.preRollMilliseconds(at: at))
        case .openMicrophoneAtSpeech(let sample):
            let onset = machine.speechSince ?? ports.alarm.now
            ports.microphone.openAtSpeech(
                sample: sample, preRollMilliseconds: machine.preRollMilliseconds(at: onset))
        case .closeMicrophone(let at): ports.microphone.close(at: at)
        case .beginWords:
            if !machine.settings.usesAutomaticDetection { ports.session.beginActivity() }
        case .sendAudio(let samples): ports.session.sendAudio(samples)
        case .endWords(let isReplyWanted):
            let answer =
                machine.settings.usesAutomaticDetection
                ? ports.session.endAudioStream() : ports.session.endActivity()
            if let answer { machine.answerDue(answer, isWanted: isReplyWanted) }
        case .expectNoReply: ports.session.expectNoReply()
        case .discardInput: ports.session.discardInput()
        case .connect: ports.session.connect()
        case .play(let samples):
            confirmations.speakingBegan()
            ports.speaker.play(samples)
        case .flushSpeaker: ports.speaker.flush()
        case .holdSpeaker: ports.speaker.hold()
        case .resumeSpeaker:
            confirmations.speakingBegan()
            ports.speaker.resume()
        case .endReply: ports.speaker.endOfTurn()
        case .runTools(let calls, let conversation):
            for call in calls { run(call, conversation: conversation) }
        case .refuseTools(let calls, let conversation):
            for call in calls { refuse(call, conversation: conversation) }
        case .cancelTools(let keys): ports.tools.takeBack(keys)
        case .answerTool(let response): ports.session.sendToolResponses([response])
        case .sound(let earcon): ports.earcons.play(earcon)
        case .dismissAlarm:
            let dismiss = dismissAlarm
            dismissAlarm = nil
            dismiss?()
        case .tellText:
            if !written.isEmpty { record(.said(written)) }
            written = ""
        case .show(let indication):
            self.indication = indication
            showIndication()
        case .record(let event): record(event)
        }
    }

    func record(_ event: TimelineEvent) {
        if case .turnOpened = event {
            isAnnouncing = false
            written = ""
            performConfirmation(confirmations.turnOpened(at: ports.alarm.now))
        }
        ports.timeline.record(TimelineEntry(at: ports.alarm.now, event: event))
    }

    func setAlarm() {
        let next = ConversationMachine.earlier(
            ConversationMachine.earlier(machine.deadline, confirmations.deadline),
            announcements.deadline)
        guard next != alarmAt, !isStopped else { return }
        // A deadline moves with every chunk of a reply: an early alarm costs less than setting it
        // again each time.
        if let next, let alarmAt, alarmAt < next { return }
        alarmAt = next
        ports.alarm.setAlarm(next) { [weak self] in
            self?.assumeIsolated { $0.ring() }
        }
    }
}
