internal import Assistant
internal import Configuration
internal import Live
internal import ModelTypes
internal import Timers
internal import Tools
internal import VoiceSession
internal import WireCodec

/// One run of the device's program: the real session, assistant and tool runner, wired as the
/// daemon wires them.
final class VirtualDevice: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    let life = Life()
    let session: any VoiceService
    let assistant: VoiceAssistant
    let runner: ToolRunner
    let bell: VirtualBell
    /// Nil if a press only talks.
    let button: VirtualButton?

    private let relay = WorldRelay()
    private let parts: WorldParts

    init(_ parts: WorldParts) {
        self.parts = parts
        let (loop, book, disk, day) = (parts.loop, parts.book, parts.disk, parts.day)
        let (life, relay) = (life, relay)
        let registry = parts.toolbox.registry(life)
        let session = LiveSession(
            executor: loop, transport: LivingTransport(parts.network, life: life),
            settings: Self.sessionSettings(day, registry.declarations),
            credential: .fixed(.key(Secret("test-key"))),
            alarm: VirtualAlarm(loop: loop, life: life),
            kept: disk.handle.map { .init(handle: $0.text, age: loop.now - $0.at) },
            random: { parts.random.next() },
            gate: { Self.missingKey(day, loop) },
            keep: { handle in
                if !life.isOver { disk.handle = handle.map { ($0, loop.now) } }
            },
            onEvent: { relay.onEvent($0) })
        self.session = session
        let desk = ConfirmationDesk { loop.after(0, $0) }
        var ports = RunnerPorts(
            clock: VirtualToolClock(loop: loop), confirmation: desk,
            journal: VirtualJournal(disk: disk, life: life), audit: NoAudit())
        ports.executor = parts.pool
        runner = ToolRunner(registry: registry, limits: ToolLimits(), ports: ports)
        bell = VirtualBell(loop: loop, disk: disk, life: life)
        assistant = VoiceAssistant(
            executor: loop, settings: ConversationSettings(mode: day.mode),
            confirmation: ConfirmationSettings(),
            ports: AssistantPorts(
                microphone: parts.microphone, speaker: parts.speaker,
                session: RecordingSession(session: session, book: book, life: life),
                tools: NamedCalls(runner: runner),
                indicator: WorldIndicator {
                    guard !life.isOver else { return }
                    // Stored on the disk before the user sees it.
                    relay.onShow()
                    parts.onShow($0)
                },
                earcons: WorldEarcons { if !life.isOver { book.refused($0, at: loop.now) } },
                timeline: WorldTimeline { if !life.isOver { parts.record($0.event) } },
                alarm: VirtualAlarm(loop: loop, life: life), hasNetwork: { true }))
        button =
            day.hasGestures && day.mode != .handsFree
            ? VirtualButton(
                loop: loop, life: life, assistant: assistant, bell: bell, isTap: day.mode == .tap)
            : nil
        desk.take(assistant)
    }

    private static func sessionSettings(
        _ day: Day, _ tools: [FunctionDeclaration]
    ) -> SessionSettings {
        var settings = SessionSettings(endpoint: LiveEndpoint(), model: day.model)
        settings.activity =
            day.mode == .handsFree ? .automatic(SessionSettings.Detection()) : .manual
        settings.tools = tools
        settings.idleMilliseconds = 30_000
        return settings
    }

    /// Why there can be no session; nil once the key is available.
    ///
    /// It is checked by the gate, since looking up a credential would leave the virtual loop.
    private static func missingKey(_ day: Day, _ loop: VirtualLoop) -> SessionFailure? {
        guard loop.now < day.keyAt else { return nil }
        return SessionFailure(reason: .noKey, text: "there is no key")
    }

    /// Starts with the state from the disk.
    func start() {
        let (assistant, loop, book, speaker) = (assistant, parts.loop, parts.book, parts.speaker)
        relay.onEvent = { event in
            speaker.advance()
            book.take(event, at: loop.now)
            assistant.assumeIsolated { $0.session(event) }
        }
        relay.onShow = { [weak assistant, disk = parts.disk] in
            guard let mute = assistant?.assumeIsolated({ $0.mute }) else { return }
            disk.mute = mute.isOn ? (mute.isByWords ? .byWords : .byHand) : nil
        }
        bell.assistant = assistant
        bell.onRing = { book.rang($0.map(\.number), at: loop.now) }
        button?.onStop = { book.stop() }
        parts.microphone.start()
        parts.microphone.onSignal = { signal in
            assistant.assumeIsolated { $0.microphone(signal) }
        }
        parts.speaker.onSignal = { signal in assistant.assumeIsolated { $0.speaker(signal) } }
        switch parts.disk.mute {
        case nil: break
        case .byHand: assistant.assumeIsolated { $0.resumeMute(byWords: false) }
        case .byWords: assistant.assumeIsolated { $0.resumeMute(byWords: true) }
        }
        if parts.microphone.isShut {
            assistant.assumeIsolated { $0.switchMute(true, at: loop.now) }
        }
        if parts.microphone.isLost {
            assistant.assumeIsolated { $0.microphone(.lost("unplugged")) }
        }
        assistant.assumeIsolated { $0.start() }
        bell.tick()
    }

    /// Ends at once, as in a power failure.
    func die() {
        life.isOver = true
        parts.network.die()
        silence()
        stopTools()
    }

    /// Ends in order; `done` is called when everything has ended.
    func stop(_ done: @escaping @Sendable () -> Void) {
        assistant.assumeIsolated { $0.stop() }
        session.disconnect()
        Task(executorPreference: parts.pool) { [parts, runner] in
            await runner.stop()
            // Waits for the farewell, but not forever.
            try? await VirtualToolClock(loop: parts.loop).wait(.milliseconds(500))
            parts.loop.after(0) { [self] in
                if !life.isOver {
                    life.isOver = true
                    parts.network.die()
                    silence()
                }
                done()
            }
        }
    }

    /// Breaks reference cycles, so that thousands of days may follow.
    private func silence() {
        relay.onEvent = { _ in }
        relay.onShow = {}
        parts.microphone.stop()
        parts.microphone.onSignal = { _ in }
        parts.speaker.die()
        parts.speaker.onSignal = { _ in }
        bell.assistant = nil
        bell.onRing = { _ in }
        button?.onStop = {}
        assistant.assumeIsolated { $0.stop() }
    }

    private func stopTools() {
        Task(executorPreference: parts.pool) { [runner] in await runner.stop() }
    }
}

/// The parts of the world that a run of the program uses.
struct WorldParts: Sendable {
    let day: Day
    let loop: VirtualLoop
    let pool: VirtualPool
    let network: VirtualNetwork
    let microphone: VirtualMicrophone
    let speaker: VirtualSpeaker
    let toolbox: VirtualToolbox
    let disk: VirtualDisk
    let book: WorldBook
    let random: RandomBox
    /// What the light shows.
    let onShow: @Sendable (Indication) -> Void

    /// Records an event, for the check of the promises.
    func record(_ event: TimelineEvent) { book.take(event, at: loop.now) }
}

/// Randomness that several closures share.
final class RandomBox: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private var random: SeededRandom

    init(_ random: SeededRandom) { self.random = random }

    func next() -> Double { .random(in: 0..<1, using: &random) }
}

/// Forwards early reports to an assistant that is created later.
private final class WorldRelay: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    var onEvent: (SessionEvent) -> Void = { _ in }
    var onShow: () -> Void = {}
}
