package import Tools
package import VoiceSession

/// The world around the assistant.
package struct AssistantPorts: Sendable {
    package var microphone: any MicrophonePort
    package var speaker: any SpeakerPort
    package var session: any SessionPort
    package var tools: any ToolPort
    package var indicator: any IndicatorPort
    package var earcons: any EarconPort
    package var timeline: any TimelinePort
    package var alarm: any LoopAlarm
    /// Whether any way leads out of this machine; asked after each attempt to connect that failed.
    package var hasNetwork: @Sendable () -> Bool
    /// Keeps what is known of wrong PINs.
    package var pinLock: any PINLockPort = NoPINLock()

    /// Every port; all are called on the assistant's executor.
    package init(
        microphone: any MicrophonePort, speaker: any SpeakerPort, session: any SessionPort,
        tools: any ToolPort, indicator: any IndicatorPort, earcons: any EarconPort,
        timeline: any TimelinePort, alarm: any LoopAlarm,
        hasNetwork: @escaping @Sendable () -> Bool
    ) {
        self.microphone = microphone
        self.speaker = speaker
        self.session = session
        self.tools = tools
        self.indicator = indicator
        self.earcons = earcons
        self.timeline = timeline
        self.alarm = alarm
        self.hasNetwork = hasNetwork
    }
}

/// Feeds the conversation machine and performs its actions.
///
/// ## Concurrency
/// An actor on the event loop's thread, as the session is, so that a barge-in cannot race with
/// late audio: each event is taken and all its actions are performed before the next. Callers on
/// that thread use `assumeIsolated`. Only tools leave it, and come back as an event.
package actor VoiceAssistant {
    private let executor: any SerialExecutor
    let ports: AssistantPorts
    var machine: ConversationMachine
    var confirmations: ConfirmationMachine
    /// Calls that wait for the user's word, by their ids.
    var deciders: [String: @Sendable (ConfirmationDecision) -> Void] = [:]
    /// The button's press was an answer, so its release means nothing.
    var ignoresRelease = false
    /// What the light shows but for the question to the user.
    var indication: Indication?
    var alarmAt: Int64?
    var announcements = Announcements()
    /// The device itself spoke to the model last, and nobody has since.
    var isAnnouncing = false
    /// What came as text since the user's words, in case that no sound comes.
    var written = ""
    /// Silences the alarm that rings.
    var dismissAlarm: (@Sendable () -> Void)?
    var isStopped = false
    /// Actions that wait for those before them.
    var queue: [ConversationAction] = []
    var isPerforming = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// An assistant that waits for `start`; `executor` is the event loop, which the ports share.
    package init(
        executor: any SerialExecutor, settings: ConversationSettings,
        confirmation: ConfirmationSettings, ports: AssistantPorts
    ) {
        self.executor = executor
        self.ports = ports
        machine = ConversationMachine(settings: settings, rates: ports.session.rates)
        confirmations = ConfirmationMachine(
            settings: confirmation, remembering: ports.pinLock.kept, at: ports.alarm.now)
    }

    /// What the user sees.
    package var state: ConversationState { machine.state }

    /// Whether nothing goes on that a new start would end: no turn, no ringing, no question to the
    /// user, no function.
    package var isQuiet: Bool {
        switch machine.state {
        case .idle, .offline, .muted:
            !machine.isRinging && machine.held == nil && !machine.calls.isAwaiting
                && deciders.isEmpty
        case .listening, .thinking, .speaking: false
        }
    }

    /// Why there is no session, as last reported; nil while there is one or none is needed.
    package var outage: String? { machine.reportedOutage }

    /// Whether a word, a press or a tool has muted the microphone, whatever its switch says.
    package var isMutedByHand: Bool { machine.isMuted }

    /// Whether it was words, so that a press opens the microphone again.
    package var isMutedByWords: Bool { machine.isMutedByWords }

    // MARK: - Events

    /// Shows the first state and has the session connect.
    package func start() {
        perform(machine.start())
        ports.session.connect()
    }

    /// Ends what is open and takes no more events.
    package func stop() {
        perform(machine.endTurns(at: ports.alarm.now))
        refuseConfirmations()
        isStopped = true
        ports.speaker.flush()
        ports.alarm.setAlarm(nil) {}
    }

    /// Takes other settings; returns false when they need another session, and then changes none.
    package func apply(_ settings: ConversationSettings) -> Bool {
        machine.apply(settings)
    }

    /// A press or a release of a talk button that nobody can hold; a press is a yes at once where
    /// the user is asked something.
    package func button(_ event: ButtonEvent) {
        guard !isStopped, !isAnswer(event) else { return }
        _ = takeEdge(event)
    }

    /// A press or a release of the talk button; returns what a press did in place of talking.
    package func talk(_ event: ButtonEvent) -> TouchUse {
        guard !isStopped else { return .nothing }
        if event.pressed, awaitsAnswer(at: event.at) { return .asked }
        return takeEdge(event)
    }

    private func takeEdge(_ event: ButtonEvent) -> TouchUse {
        let isDismissal = event.pressed && dismissAlarm != nil
        perform(
            event.pressed
                ? machine.buttonPressed(at: event.at) : machine.buttonReleased(at: event.at))
        return isDismissal ? .dismissed : .nothing
    }

    /// A button went down, and may or may not be held; returns what that did at once.
    ///
    /// Only one that talks, `isTalk`, is asked for an answer, which `answer` then gives.
    package func touch(at time: Int64, isTalk: Bool) -> TouchUse {
        guard !isStopped else { return .nothing }
        if isTalk, awaitsAnswer(at: time) { return .asked }
        let (use, actions) = machine.buttonTouched(at: time)
        perform(actions)
        return use
    }

    /// Muting was asked for, or unmuting.
    package func toggleMute(at time: Int64) {
        perform(machine.muteToggled(at: time))
    }

    /// The switch that mutes was turned; the microphone's own gate is the caller's to close.
    package func switchMute(_ isOn: Bool, at time: Int64) {
        perform(machine.muteSwitched(isOn, at: time))
    }

    /// An alarm rings: the next press dismisses it, by the closure, instead of opening a turn.
    package func alarmRings(dismiss: @escaping @Sendable () -> Void) {
        guard !isStopped else { return }
        dismissAlarm = dismiss
        perform(machine.alarmRang())
    }

    /// It rings no more; the closure is not called for that.
    package func alarmEnded() {
        dismissAlarm = nil
        perform(machine.alarmEnded())
    }

    /// The user wants silence.
    package func silence(at time: Int64) {
        performConfirmation(confirmations.stopped())
        perform(machine.stopRequested(at: time))
    }

    /// Something came from the microphone.
    package func microphone(_ signal: MicrophoneSignal) {
        guard !isStopped else { return }
        switch signal {
        case .samples(let samples, let first):
            perform(machine.samplesArrived(samples, first: first))
        case .segmentEnded:
            perform(machine.segmentEnded())
        case .speechStarted(let sample, let at):
            perform(machine.speechStarted(sample: sample, at: at))
        case .speechEnded(_, let at):
            perform(machine.speechEnded(wordsEnd: at, at: ports.alarm.now))
        case .lost(let text):
            perform(machine.microphoneLost(text, at: ports.alarm.now))
        case .back(let text):
            perform(machine.microphoneBack(text))
        }
    }

    /// Something came from the loudspeaker.
    package func speaker(_ signal: SpeakerSignal) {
        switch signal {
        case .started(let at):
            perform(machine.playbackStarted(at: at))
        case .drained(let at):
            // Said before more was enqueued: then it will be said again.
            guard ports.speaker.pendingFrames == 0 else { return }
            confirmations.speakingEnded(at: at)
            perform(machine.playbackDrained(at: at))
        case .silent(let at):
            confirmations.speakingEnded(at: at)
            perform(machine.playbackSilent(at: at))
        case .lost(let text):
            confirmations.speakingEnded(at: ports.alarm.now)
            perform(machine.speakerLost(text))
        case .back(let text):
            perform(machine.speakerBack(text))
        }
    }

    func ring() {
        guard !isStopped else { return }
        alarmAt = nil
        let now = ports.alarm.now
        perform(machine.deadlineReached(at: now))
        performConfirmation(confirmations.deadlineReached(at: now))
        expireAnnouncements(at: now)
        setAlarm()
    }
}
