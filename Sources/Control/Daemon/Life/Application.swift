package import Assistant
package import AudioPath
package import Configuration
internal import Linux
internal import ModelTypes
internal import Sounds
internal import Store
internal import Timers
internal import Tools
package import VoiceSession
package import WebSockets

/// Everything together: the composition root of the daemon, of `martlet talk` and of the demo.
///
/// ## Concurrency
/// `start` and `stop` are called once each, in this order, from anywhere but the loop.
package final class Application: @unchecked Sendable {
    // @unchecked: what is not constant is touched on the loop's thread only.

    /// The session has this long to say goodbye (milliseconds).
    private static let goodbyeMilliseconds: Int64 = 500

    private let log: Log
    private let buttonChoice: ButtonChoice
    private let kept: DeviceMemory
    private let timers: TimerKeeper
    private let bell: AlarmBell
    private let tools: ToolSet
    private let runner: ToolRunner
    private let light: StatusLight?
    private let presence: BrokerPresence?
    private let recorder: TurnRecorder?
    private let timeline: Fanout
    private let relay = Relay()
    /// Runs what may block at start and stop.
    private let blocking = DiskThread(name: "life")
    private let earcons: Earcons
    private let trouble: String?

    private var panel: FrontPanel?
    private var keyboard: KeyboardButton?

    let settings: Settings
    let loop: EventLoop
    let bridge: AudioBridge
    let session: any VoiceService
    let assistant: VoiceAssistant
    let device: DeviceControls
    let reporter: DeviceReporter
    let hand: UserOverrides

    /// Opens what the settings name and builds every part; nothing runs yet, and nothing stays open
    /// if it throws.
    ///
    /// `hand` is what the user set by hand in the previous life. `trouble` says why these are not
    /// the settings that were asked for, which the device reports by sound and light; nil when they
    /// are. `names` resolves the service's host.
    package convenience init(
        settings: Settings, credential: SessionCredential, log: Log,
        button: ButtonChoice = .configured, role: Role = .device,
        hand: UserOverrides = UserOverrides(), trouble: String? = nil,
        names: NameResolver = NameResolver(),
        onEntry: @escaping @Sendable (TimelineEntry) -> Void = { _ in }
    ) throws {
        // Before a line is opened: a line that is used twice may be a short circuit.
        let mistakes = settings.allMistakes
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        let authority = settings[Keys.live.authority]
        let loop = try EventLoop(names: names, authorities: authority.isEmpty ? [] : [authority])
        do {
            try self.init(
                on: loop, settings, credential, log, button, role, hand, trouble, onEntry)
        } catch {
            // Otherwise its thread would keep running, unused.
            loop.stop()
            throw error
        }
    }

    private init(
        on loop: EventLoop, _ settings: Settings, _ credential: SessionCredential, _ log: Log,
        _ button: ButtonChoice, _ role: Role, _ hand: UserOverrides, _ trouble: String?,
        _ onEntry: @escaping @Sendable (TimelineEntry) -> Void
    ) throws {
        self.settings = settings
        self.log = log
        self.loop = loop
        self.hand = hand
        self.trouble = trouble
        buttonChoice = button
        // First: a program that is refused the store opens nothing else.
        let store = try settings.store(log)
        kept = settings.deviceMemory(store, log)
        let bridge = try AudioBridge(
            loop: loop, settings: settings.audioSettings(volume: kept.volume), log: log)
        self.bridge = bridge
        let presence = try Self.presence(settings, role, loop, log)
        self.presence = presence
        let now = try Now.reader()
        reporter = DeviceReporter(
            loop: loop, bridge: bridge, now: now, store: store, settingsTrouble: trouble)
        timeline = Fanout(settings, log, reporter, presence, onEntry)
        let sounds = try Self.sounds(settings, log)
        bell = try Self.bell(settings, loop, bridge, sounds, timeline, log)
        timers = TimerKeeper(
            document: store?.document(TimerKeeper.documentName),
            settings: TimerBook.Settings(settings),
            now: now, listener: bell)
        device = DeviceControls(loop: loop, memory: kept)
        let desk = ConfirmationDesk { [loop] in loop.perform($0) }
        let own = OwnParts(
            device: device, timers: timers, broker: presence?.client, log: log)
        tools = try ToolSet(settings, own: own, secrets: log.secrets)
        runner = ToolRunner(
            registry: tools.registry, limits: ToolLimits(settings),
            ports: settings.runnerPorts(confirmation: desk, store: store, log: log))
        light = try Self.light(settings, loop, log)
        let service = try LiveService(settings, tools: tools.registry.declarations)
        Self.tell(service.complaints, settings, log)
        let keeper = service.keeper(settings, store, log)
        let relay = relay
        let fit = try RateFit(of: LiveService.rates, to: .sound)
        let made = service.session(
            on: loop, as: credential.noting(log.secrets), keeper: keeper
        ) { event in
            guard let fit else { return relay.session(event) }
            for fitted in fit.events(event) { relay.session(fitted) }
        }
        session = fit.map { FittedSession(service: made, fit: $0, rates: .sound) } ?? made
        recorder = try Self.recorder(settings, session.rates, log)
        let (session, recorder) = (session, recorder)
        let memory = ReplyMemory(
            recorder.map { RecordedSpeaker(speaker: bridge, recorder: $0) } ?? bridge, bridge
        ) { bridge.replay($0) }
        earcons = Earcons(
            loop: loop, bridge: bridge, library: settings[Keys.sounds.enabled] ? sounds : nil)
        let witness = MuteWitness(
            loop: loop, memory: kept, log: log,
            next: Indicators(reporter, light, presence, hasTrouble: trouble != nil))
        var ports = AssistantPorts(
            microphone: memory, speaker: memory,
            session: recorder.map { RecordedSession(session: session, recorder: $0) } ?? session,
            tools: runner, indicator: witness, earcons: earcons, timeline: timeline,
            alarm: EventLoopAlarm(loop: loop),
            hasNetwork: { NetworkRoutes.leadOut() })
        let pinLock = PINLockKeeper(document: store.map(PINLockKeeper.document), log: log) {
            [reporter, weak presence] isLocked in
            reporter.isPINLocked = isLocked
            presence?.reportChanged()
        }
        ports.pinLock = pinLock
        assistant = VoiceAssistant(
            executor: loop, settings: settings.conversationSettings,
            confirmation: try settings.confirmationSettings(secrets: log.secrets), ports: ports)
        // The last step that may fail: only `stop` undoes the knots.
        panel = try makePanel(for: button)
        tieKnots(witness, desk, keeper, pinLock, memory)
    }

    /// Hands the conversation to the parts that it is built on and that report to it or control it.
    ///
    /// Each needs the other, so one of the two must come later; no part is handed in anywhere else.
    private func tieKnots(
        _ witness: MuteWitness, _ desk: ConfirmationDesk, _ keeper: SessionKeeper,
        _ pinLock: PINLockKeeper, _ memory: ReplyMemory
    ) {
        relay.keeper = keeper
        relay.pinLock = pinLock
        relay.reporter = reporter
        relay.assistant = assistant
        witness.assistant = assistant
        desk.take(assistant)
        bell.assistant = assistant
        bell.keeper = timers
        device.parts = DeviceControls.Parts(
            assistant: assistant, session: session, bridge: bridge, memory: memory,
            reporter: reporter)
        reporter.parts = DeviceReporter.Parts(
            assistant: assistant, session: session, keeper: keeper, device: device,
            timers: timers)
        presence?.parts = BrokerPresence.Parts(
            assistant: assistant, bridge: bridge, memory: kept, reporter: reporter)
    }

    private func makePanel(for button: ButtonChoice) throws -> FrontPanel? {
        switch button {
        case .configured: try makePanel(.lines(settings.buttons))
        // The mute switch applies to everything that listens with this machine's microphone.
        case .keyboard: try makePanel(.lines([]))
        case .scripted: try makePanel(.scripted(settings.buttons.first))
        }
    }

    private func makePanel(_ buttons: FrontPanel.Buttons) throws -> FrontPanel {
        let (bridge, assistant, bell, earcons, kept) = (bridge, assistant, bell, earcons, kept)
        let actions = PanelActions(
            assistant: assistant, runner: runner,
            changeVolume: { step, then in
                bridge.changeVolume(by: step) { percent in
                    kept.set(volume: percent)
                    then(percent)
                }
            },
            sound: { earcons.play($0) }, snooze: { bell.snooze() }, log: log)
        for tool in settings.buttonTools
        where tools.registry[tool] == nil && tools.server(ofFunction: tool) == nil {
            log(.warning, "a button calls the tool \(tool), which does not exist")
        }
        return try FrontPanel(
            settings, buttons, loop: loop, log: log, actions: actions,
            shut: { bridge.engine?.gate.setShut($0) },
            tell: { isOn, at in assistant.assumeIsolated { $0.switchMute(isOn, at: at) } })
    }

    // MARK: - Life

    /// Starts the threads, connects, and listens to the button.
    package func start() async throws {
        await blocking.run { [kept] in kept.refresh() }
        try await loop.run { [self] in
            let assistant = assistant
            restore()
            // Before there is a microphone, so that the mute switch comes first.
            panel?.start()
            resumeHandSettings()
            try bridge.start(
                onMicrophone: { signal in assistant.assumeIsolated { $0.microphone(signal) } },
                onSpeaker: { signal in assistant.assumeIsolated { $0.speaker(signal) } })
            try startButton()
            assistant.assumeIsolated { $0.start() }
            try bell.start()
            try presence?.start()
            if trouble != nil { earcons.play(.settings) }
        }
        // How long the start kept the loop does not count: nothing else needed it yet.
        loop.stays.reset()
        // Nothing waits for it; a call that comes before does what is not done yet.
        Task { [tools] in await tools.prepare() }
        // Nor for the servers: their functions are added when they have answered.
        tools.startServers(log: log) { [loop, session, registry = tools.registry] in
            loop.perform {
                session.updateContext(instruction: nil, tools: registry.declarations)
            }
        }
    }

    /// Restores mute and volume as they were before; on the loop.
    private func restore() {
        if let volume = kept.volume, volume != bridge.volume.percent { bridge.setVolume(volume) }
        if let notice = kept.notice { log(.warning, notice) }
        guard let mute = kept.mute else { return }
        assistant.assumeIsolated { $0.resumeMute(byWords: mute == .byWords) }
        Task { [kept, log] in
            do { try await kept.stored() } catch { log(.error, "mute is not stored: \(error)") }
        }
    }

    private func startButton() throws {
        let onEvent: @Sendable (ButtonEvent) -> Void = { [assistant] event in
            assistant.assumeIsolated { $0.button(event) }
        }
        switch buttonChoice {
        case .scripted: return
        case .keyboard(let onQuit):
            keyboard = KeyboardButton()
            if keyboard == nil {
                log(.warning, "standard input is no terminal, so there is no keyboard button")
            }
            try keyboard?.start(on: loop, onEvent: onEvent, onQuit: onQuit)
        case .configured: break
        }
    }

    /// Stops in order: no more input, goodbye to the service, tools, outputs at rest, sound.
    package func stop() async {
        try? await loop.run { [self] in
            panel?.stop()
            keyboard?.stop()
            keyboard = nil
            bell.stop()
            assistant.assumeIsolated { $0.stop() }
        }
        tools.registry.onChange(nil)
        await sayGoodbye()
        await recorder?.finish()
        await runner.stop()
        _ = await (try? loop.run { [bell] in bell.dismissal })??.value
        await timers.end()
        await tools.rest()
        try? await loop.run { [self] in
            light?.turnOff()
            presence?.release()
            bridge.detach()
            // Breaks the cycles: the assistant owns the session, whose events come through the
            // relay, and the tools, which control the device; the keeper of the timers owns its
            // bell.
            relay.assistant = nil
            relay.reporter = nil
            device.release()
            reporter.release()
            bell.keeper = nil
        }
        await presence?.end()
        await relay.keeper?.settled()
        await relay.pinLock?.settled()
        await kept.settled()
        // Both wait for threads, and a card's may be stuck in its driver.
        await blocking.run { [bridge, loop] in
            bridge.engine?.stop()
            loop.stop()
        }
        log.setTurn(nil)
        log(.notice, "stopped; \(loop.stays)")
    }

    private func sayGoodbye() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            loop.perform { [self] in
                relay.onClosed = { continuation.resume() }
                loop.schedule(
                    at: MonotonicClock.now() + Self.goodbyeMilliseconds * 1_000_000
                ) { [relay] in relay.closed() }
                session.disconnect()
                if session.isIdle { relay.closed() }
            }
        }
    }

    // MARK: - From outside

    /// An edge of a scripted button, at a time of CLOCK_MONOTONIC; from any thread.
    package func button(_ event: ButtonEvent) {
        loop.perform { [assistant, panel] in
            if panel?.edge(event) != true { assistant.assumeIsolated { $0.button(event) } }
        }
    }

    /// How long the loop was held up since the start, and by what; from any thread.
    package var stays: LoopOccupancy { loop.stays }

    /// What the sound devices do; from any thread.
    package var audioStatus: AudioStatus? { bridge.engine?.status() }
}
