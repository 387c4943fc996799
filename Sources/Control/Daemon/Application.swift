package import Assistant
package import AudioPath
package import Configuration
internal import Linux
package import Live
internal import ModelTypes
internal import Sounds
internal import Timers
internal import Tools
package import WebSockets

/// Where the talk button is.
package enum ButtonChoice: Sendable {
    /// As the settings say.
    case configured
    /// The space bar; the closure is called when the user wants to end.
    case keyboard(onQuit: @Sendable () -> Void)
    /// Nobody but `Application.button`.
    case scripted
}

/// Whom others take the program for.
package enum Role: Sendable {
    /// The device: its broker knows it by its name, and may tell it what to do.
    case device
    /// Somebody at a keyboard beside the device, whose place on the broker is not taken.
    case guest
}

/// Everything together: the composition root of the daemon, of `martlet talk` and of the demo.
///
/// ## Concurrency
/// `start` and `stop` are called once each, in this order, from anywhere but the loop.
package final class Application: @unchecked Sendable {
    // @unchecked: what is not constant is touched on the loop's thread only.

    /// The session has this long to say goodbye (milliseconds).
    private static let goodbyeMilliseconds: Int64 = 500

    private let settings: Settings
    private let log: Log
    private let buttonChoice: ButtonChoice
    private let loop: EventLoop
    private let bridge: AudioBridge
    private let timers: TimerKeeper
    private let bell: AlarmBell
    private let tools: ToolSet
    private let runner: ToolRunner
    private let session: LiveSession
    private let assistant: VoiceAssistant
    private let device: DeviceControls
    private let light: StatusLight?
    private let presence: BrokerPresence?
    private let recorder: TurnRecorder?
    private let timeline: Fanout
    private let relay = Relay()

    private var panel: FrontPanel?
    private var keyboard: KeyboardButton?

    /// Opens what the settings name and builds every part; nothing runs yet.
    ///
    /// `names` finds the service's host.
    package init(
        settings: Settings, credential: SessionCredential, log: Log,
        button: ButtonChoice = .configured, role: Role = .device,
        names: NameResolver = NameResolver(),
        onEntry: @escaping @Sendable (TimelineEntry) -> Void = { _ in }
    ) throws {
        self.settings = settings
        self.log = log
        buttonChoice = button
        // Before a line is opened: a line that is used twice may be a short circuit.
        let mistakes = settings.allMistakes
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        loop = try EventLoop(names: names)
        let bridge = try AudioBridge(loop: loop, settings: settings.audioSettings, log: log)
        self.bridge = bridge
        let presence = try Self.presence(settings, role, loop, log)
        self.presence = presence
        timeline = Fanout(settings, log, presence, onEntry)
        let sounds = try Self.sounds(settings, log)
        bell = try Self.bell(settings, loop, bridge, sounds, timeline, log)
        timers = TimerKeeper(
            folder: settings.timerFolder, settings: settings.timerSettings,
            clock: try SystemTimerClock(), listener: bell)
        device = DeviceControls(loop: loop)
        let desk = ConfirmationDesk { [loop] in loop.perform($0) }
        let own = OwnParts(
            device: device, timers: timers, broker: presence?.client, log: log)
        tools = try ToolSet(settings, own: own)
        runner = ToolRunner(
            registry: tools.registry, limits: settings.toolLimits,
            ports: settings.runnerPorts(confirmation: desk, log: log))
        light = try Self.light(settings, loop, log)
        let wanted = try Credentials.completed(settings)
            .sessionSettings(tools: tools.registry.declarations)
        Self.tell(wanted.complaints, settings, log)
        let keeper = Self.sessionKeeper(settings, wanted, log)
        let relay = relay
        relay.keeper = keeper
        session = LiveSession(
            executor: loop, transport: WebSocketTransport(loop: loop), settings: wanted,
            credential: credential, clock: LoopClock(loop: loop), kept: keeper.kept,
            gate: { keeper.refusal }, keep: { keeper.keep($0) }
        ) { event in relay.session(event) }
        recorder = try Self.recorder(settings, log)
        let recorder = recorder
        let port = LiveSessionPort(session)
        let memory = ReplyMemory(
            recorder.map { RecordedSpeaker(speaker: bridge, recorder: $0) } ?? bridge, bridge
        ) { bridge.replay($0) }
        let earcons = Earcons(
            bridge: bridge, library: settings[Keys.Sounds.enabled] ? sounds : nil)
        assistant = VoiceAssistant(
            executor: loop, settings: settings.conversationSettings,
            confirmation: try settings.confirmationSettings(),
            ports: AssistantPorts(
                microphone: memory, speaker: memory,
                session: recorder.map { RecordedSession(session: port, recorder: $0) } ?? port,
                tools: PooledTools(runner) { [loop] in loop.perform($0) },
                indicator: Indicators(light, presence), earcons: earcons,
                timeline: timeline, alarm: LoopClock(loop: loop),
                hasNetwork: { NetworkRoutes.leadOut() }))
        relay.assistant = assistant
        desk.take(assistant)
        bell.assistant = assistant
        bell.keeper = timers
        device.parts = DeviceControls.Parts(
            assistant: assistant, session: session, bridge: bridge, memory: memory,
            timers: timers)
        presence?.parts = BrokerPresence.Parts(
            assistant: assistant, bridge: bridge, timers: timers)
        panel = try makePanel(earcons, for: button)
    }

    private static func presence(
        _ settings: Settings, _ role: Role, _ loop: EventLoop, _ log: Log
    ) throws -> BrokerPresence? {
        switch role {
        case .device:
            try BrokerPresence(settings, loop: loop, log: log, version: ProgramVersion.text)
        // Tools that publish have a line of their own then.
        case .guest: nil
        }
    }

    private static func light(
        _ settings: Settings, _ loop: EventLoop, _ log: Log
    ) throws -> StatusLight? {
        try settings.lightMachine(at: MonotonicClock.now()).map { machine in
            StatusLight(loop: loop, log: log, machine: machine) { try settings.lightDriver() }
        }
    }

    private static func tell(_ complaints: [String], _ settings: Settings, _ log: Log) {
        for complaint in complaints + ToolSet.missingLines(settings) { log(.warning, complaint) }
        for note in ToolSet.notes(settings) { log(.notice, note) }
    }

    private static func bell(
        _ settings: Settings, _ loop: EventLoop, _ bridge: AudioBridge, _ sounds: SoundLibrary,
        _ timeline: Fanout, _ log: Log
    ) throws -> AlarmBell {
        try AlarmBell(
            loop: loop, bridge: bridge, sounds: sounds,
            leastPercent: Double(settings[Keys.Timers.volume]),
            speaksReminders: settings[Keys.Timers.speaks], log: log
        ) { text in
            timeline.record(TimelineEntry(at: MonotonicClock.now(), event: .notice(text)))
        }
    }

    /// What servers bring later has no part in the name of the setup: the service lets a setup
    /// change where a session is resumed, and the handle of the last life is needed before they
    /// have answered.
    private static func sessionKeeper(
        _ settings: Settings, _ wanted: SessionSettings, _ log: Log
    ) -> SessionKeeper {
        SessionKeeper(
            path: settings.stateFile,
            setup: SessionKeeper.name(of: wanted.setup(handle: nil).serialized),
            dailyBudget: settings.dailyTokenBudget, log: log, clock: { WallClock.now() })
    }

    private static func recorder(_ settings: Settings, _ log: Log) throws -> TurnRecorder? {
        guard settings[Keys.Recording.enabled] else { return nil }
        return try TurnRecorder(
            directory: settings[Keys.Recording.directory],
            limitMegabytes: settings[Keys.Recording.limit],
            limitDays: settings[Keys.Recording.maximumAge], log: log,
            now: { WallClock.now() })
    }

    private func makePanel(_ earcons: Earcons, for button: ButtonChoice) throws -> FrontPanel? {
        switch button {
        case .configured: try makePanel(earcons, .lines(settings.buttons))
        // The switch holds for whoever listens with this machine's microphone.
        case .keyboard: try makePanel(earcons, .lines([]))
        case .scripted: try makePanel(earcons, .scripted(settings.buttons.first))
        }
    }

    private func makePanel(_ earcons: Earcons, _ buttons: FrontPanel.Buttons) throws -> FrontPanel {
        let (bridge, assistant, bell) = (bridge, assistant, bell)
        let actions = PanelActions(
            assistant: assistant, runner: runner,
            volume: { bridge.volume?.percent ?? 100 }, setVolume: { bridge.setVolume($0) },
            sound: { earcons.play($0) }, snooze: { bell.snooze() }, log: log)
        for tool in settings.buttonTools
        where tools.registry[tool] == nil && tools.server(ofFunction: tool) == nil {
            log(.warning, "a button calls the tool \(tool), which there is not")
        }
        return try FrontPanel(
            settings, buttons, loop: loop, log: log, actions: actions,
            shut: { bridge.engine?.gate.setShut($0) },
            tell: { isOn, at in assistant.assumeIsolated { $0.switchMute(isOn, at: at) } })
    }

    /// The device's own sounds, the owner's in their place.
    private static func sounds(_ settings: Settings, _ log: Log) throws -> SoundLibrary {
        let folder = settings[Keys.Sounds.directory]
        guard !folder.isEmpty else { return try SoundLibrary(rate: AudioSettings.speechRate) }
        let own = SoundFolder.read(folder, rate: AudioSettings.speechRate)
        for complaint in own.complaints { log(.warning, complaint) }
        return try SoundLibrary(rate: AudioSettings.speechRate, own: own.sounds)
    }

    // MARK: - Life

    /// Starts the threads, connects, and listens to the button.
    package func start() async throws {
        try await onLoop { [self] in
            let assistant = assistant
            // Before there is a microphone, so that the mute switch comes first.
            panel?.start()
            try bridge.start(
                onMicrophone: { signal in assistant.assumeIsolated { $0.microphone(signal) } },
                onSpeaker: { signal in assistant.assumeIsolated { $0.speaker(signal) } })
            try startButton()
            assistant.assumeIsolated { $0.start() }
            try bell.start()
            try presence?.start()
        }
        // What the start took nobody has noticed.
        loop.stays.reset()
        // Nobody waits for it; a call that comes first does what is not done yet.
        Task { [tools] in await tools.prepare() }
        // Nor for these: their functions come when they have answered.
        tools.startServers(log: log) { [loop, session, registry = tools.registry] in
            loop.perform {
                session.assumeIsolated {
                    $0.updateContext(instruction: nil, tools: registry.declarations)
                }
            }
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
        try? await onLoop { [self] in
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
        _ = await (try? onLoop { [bell] in bell.dismissal })??.value
        await timers.end()
        await tools.rest()
        try? await onLoop { [self] in
            light?.turnOff()
            presence?.release()
            bridge.detach()
            // The assistant owns the session, whose events come by the relay, and the tools, which
            // handle the device; and the keeper of the timers owns its bell.
            relay.assistant = nil
            device.release()
            bell.keeper = nil
        }
        await presence?.end()
        await relay.keeper?.settled()
        bridge.engine?.stop()
        loop.stop()
        log(.notice, "stopped; \(loop.stays)")
    }

    private func sayGoodbye() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            loop.perform { [self] in
                relay.onClosed = { continuation.resume() }
                loop.schedule(
                    at: MonotonicClock.now() + Self.goodbyeMilliseconds * 1_000_000
                ) { [relay] in relay.closed() }
                session.assumeIsolated { $0.disconnect() }
                if session.assumeIsolated({ $0.isIdle }) { relay.closed() }
            }
        }
    }

    private func onLoop<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            loop.perform { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    // MARK: - From outside

    /// An edge of a scripted button, at a time of CLOCK_MONOTONIC; from any thread.
    package func button(_ event: ButtonEvent) {
        loop.perform { [assistant, panel] in
            if panel?.edge(event) != true { assistant.assumeIsolated { $0.button(event) } }
        }
    }

    /// Whether nothing is going on, so that nobody notices a restart.
    package func isQuiet() async -> Bool {
        let state = try? await onLoop { [assistant] in assistant.assumeIsolated { $0.state } }
        switch state {
        case .idle, .offline, .muted, nil: return true
        case .listening, .thinking, .speaking: return false
        }
    }

    /// How long the loop was kept since the start, and by what; from any thread.
    package var stays: LoopStays { loop.stays }

    /// What the sound devices do; from any thread.
    package var audioStatus: AudioStatus? { bridge.engine?.status() }

    /// Proves that the loop and the microphone are alive; nil when the loop does not answer.
    package func heartbeat() async -> (captureFrames: Int, hasMicrophone: Bool)? {
        try? await onLoop { [bridge] in
            guard let status = bridge.engine?.status() else { return (0, false) }
            return (status.capture.frames, status.capture.grant != nil)
        }
    }
}

/// Carries the session's events to the assistant, which is made after it.
private final class Relay: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only, but for the assignment before it is used.

    var assistant: VoiceAssistant?
    var keeper: SessionKeeper?
    var onClosed: (() -> Void)?

    func session(_ event: SessionEvent) {
        if case .usage(let usage) = event { keeper?.add(usage) }
        assistant?.assumeIsolated { $0.session(event) }
        if case .closed = event { closed() }
    }

    func closed() {
        let handler = onClosed
        onClosed = nil
        handler?()
    }
}

/// The timeline's one receiver, as a port.
private struct Fanout: TimelinePort {
    private let log: TimelineLog

    init(
        _ settings: Settings, _ log: Log, _ presence: BrokerPresence?,
        _ onEntry: @escaping @Sendable (TimelineEntry) -> Void
    ) {
        self.log = TimelineLog(log: log, writesWords: settings[Keys.Log.transcripts]) { entry in
            presence?.record(entry.event)
            onEntry(entry)
        }
    }

    func record(_ entry: TimelineEntry) { log.record(entry) }
}
