package import Tools
package import VoiceSession

/// The ports of the assistant.
package struct AssistantPorts: Sendable {
    package var microphone: any MicrophonePort
    package var speaker: any SpeakerPort
    package var session: any SessionPort
    package var tools: any ToolPort
    package var indicator: any IndicatorPort
    package var earcons: any EarconPort
    package var timeline: any TimelinePort
    package var alarm: any LoopAlarm
    /// Whether this machine has a route to the network; asked after each failed connection attempt.
    package var hasNetwork: @Sendable () -> Bool
    /// Stores the count of wrong PINs.
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
/// An actor on the event loop's thread, like the session, so that a barge-in cannot race with late
/// audio: all actions of an event are performed before the next event is taken. Callers on that
/// thread use `assumeIsolated`. Only tools run elsewhere, and return as an event.
package actor VoiceAssistant {
    private let executor: any SerialExecutor
    let ports: AssistantPorts
    var machine: ConversationMachine
    var confirmations: ConfirmationMachine
    /// Calls that wait for the user's confirmation, by their ids.
    var deciders: [String: @Sendable (ConfirmationDecision) -> Void] = [:]
    /// The button's press was an answer, so its release has no effect.
    var ignoresRelease = false
    /// The light's state without the question to the user.
    var indication: Indication?
    var alarmAt: Int64?
    var announcements = Announcements()
    /// The last text for the model came from the device, and the user has not spoken since.
    var isAnnouncing = false
    /// The text that came since the user's words, in case no sound comes.
    var written = ""
    /// Silences the alarm that rings.
    var dismissAlarm: (@Sendable () -> Void)?
    var isStopped = false
    /// Actions that wait for earlier ones.
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

    /// The state that the user sees.
    package var state: ConversationState { machine.state }

    /// Whether a restart would interrupt nothing: no turn, no ringing, no question to the user, no
    /// function.
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

    /// Whether words, a press or a tool have muted the microphone, whatever its switch says.
    package var isMutedByHand: Bool { machine.isMuted }

    /// Whether words muted it, so that a press opens the microphone again.
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

    /// Applies other settings; returns false when they need another session, and then changes none.
    package func apply(_ settings: ConversationSettings) -> Bool {
        machine.apply(settings)
    }

    /// A press or a release of a talk button that cannot be held; while the user is asked a
    /// question, a press is a yes at once.
    package func button(_ event: ButtonEvent) {
        guard !isStopped, !isAnswer(event) else { return }
        _ = takeEdge(event)
    }

    /// A press or a release of the talk button; returns what a press did instead of talking.
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

    /// A button went down, and may or may not be held; returns the immediate effect.
    ///
    /// Only a talk button (`isTalk`) can return `asked`; `answer` then gives the answer.
    package func touch(at time: Int64, isTalk: Bool) -> TouchUse {
        guard !isStopped else { return .nothing }
        if isTalk, awaitsAnswer(at: time) { return .asked }
        let (use, actions) = machine.buttonTouched(at: time)
        perform(actions)
        return use
    }

    /// Muting, or unmuting, was requested.
    package func toggleMute(at time: Int64) {
        perform(machine.muteToggled(at: time))
    }

    /// The mute switch was turned; closing the microphone's own gate is up to the caller.
    package func switchMute(_ isOn: Bool, at time: Int64) {
        perform(machine.muteSwitched(isOn, at: time))
    }

    /// An alarm rings: the next press dismisses it, by the closure, instead of opening a turn.
    package func alarmRings(dismiss: @escaping @Sendable () -> Void) {
        guard !isStopped else { return }
        dismissAlarm = dismiss
        perform(machine.alarmRang())
    }

    /// The alarm has stopped ringing; the closure is not called for that.
    package func alarmEnded() {
        dismissAlarm = nil
        perform(machine.alarmEnded())
    }

    /// The user wants silence.
    package func silence(at time: Int64) {
        performConfirmation(confirmations.stopped())
        perform(machine.stopRequested(at: time))
    }

    /// The microphone reports an event.
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

    /// The loudspeaker reports an event.
    package func speaker(_ signal: SpeakerSignal) {
        switch signal {
        case .started(let at):
            perform(machine.playbackStarted(at: at))
        case .drained(let at):
            // Reported before more was enqueued: it will be reported again.
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
