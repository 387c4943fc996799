internal import Configuration
package import Linux
internal import VoiceSession

/// The daemon's life: starts the device, notifies systemd, takes signals, restarts, stops.
///
/// The decisions are `LifeMachine`'s; this performs them. Long work is done beside it, so that it
/// takes a signal at any moment. A device that never finishes stopping is left to systemd, which
/// then gets no watchdog signal.
package actor Supervisor {
    /// The supervisor's surroundings.
    package struct Ports: Sendable {
        /// Reads and checks the settings.
        package var read: @Sendable () async -> SettingsReading
        /// Keeps settings that work for a later life.
        package var keep: @Sendable (LifePlan) async -> Void
        /// Builds a device; nothing of it remains if that throws.
        package var make: @Sendable (LifePlan, UserOverrides) async throws -> any SupervisedDevice
        /// nil if nothing is to be notified.
        package var notifier: (any LifeNotifier)?

        /// All of them.
        package init(
            read: @escaping @Sendable () async -> SettingsReading,
            keep: @escaping @Sendable (LifePlan) async -> Void,
            make:
                @escaping @Sendable (LifePlan, UserOverrides) async throws -> any SupervisedDevice,
            notifier: (any LifeNotifier)?
        ) {
            self.read = read
            self.keep = keep
            self.make = make
            self.notifier = notifier
        }
    }

    /// How often the status is read when no watchdog asks for a shorter period.
    private static let statusPeriod = Duration.seconds(10)

    private let log: Log
    private let ports: Ports
    private let signals: AsyncStream<Signal>
    private let signal: AsyncStream<Signal>.Continuation
    private var machine = LifeMachine()
    private var device: (any SupervisedDevice)?
    private var hand = UserOverrides()
    /// The settings that were started last.
    private var last: Settings?
    private var alarm: Task<Void, Never>?
    private var alarmAt: Int64?
    private var vitality = Vitality()
    private var status = ""
    private var isMemoryLocked = false

    /// A supervisor that waits for `run`.
    package init(log: Log, ports: Ports) {
        self.log = log
        self.ports = ports
        // More signals at once say nothing new, and the newest say most.
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(8))
    }

    /// The supervisor of the daemon, with settings from files that the closure reads.
    package init(log: Log, files: @escaping @Sendable () throws -> [SettingsText]) {
        let reader = SettingsReader(log: log, files: files)
        // Reading settings and opening devices may block, and a sign of life must not wait for it.
        let thread = DiskThread(name: "settings")
        let ports = Ports(
            read: { await thread.run { reader.read() } },
            keep: { plan in await thread.run { reader.keep(plan) } },
            make: { plan, hand in
                try await thread.run { try Supervisor.device(plan, hand, log) }
            },
            notifier: ServiceNotifier(environment: Environment.all()))
        self.init(log: log, ports: ports)
    }

    private static func device(
        _ plan: LifePlan, _ hand: UserOverrides, _ log: Log
    ) throws -> any SupervisedDevice {
        try Application(
            settings: plan.settings, credential: try credential(plan), log: log, hand: hand,
            // Without a session, the refusal of the session reports it.
            trouble: plan.hasSession ? plan.fault : nil)
    }

    private static func credential(_ plan: LifePlan) throws -> SessionCredential {
        guard !plan.hasSession else { return try Credentials.daemon(plan.settings) }
        let fault = plan.fault ?? ""
        return .renewed { throw SessionFailure(reason: .settings, text: fault) }
    }

    /// Takes a signal; from any thread.
    package nonisolated func take(_ signal: Signal) { self.signal.yield(signal) }

    /// Runs until it is asked to stop, whatever happens.
    package func run() async {
        perform(machine.begin())
        let pulse = Task {
            while !Task.isCancelled {
                let pause = await self.beat()
                try? await ContinuousClock().sleep(for: pause)
            }
        }
        for await signal in signals { perform(machine.signalled(signal)) }
        pulse.cancel()
        alarm?.cancel()
    }

    // MARK: - Actions

    private func perform(_ actions: [LifeAction]) {
        for action in actions { perform(action) }
        setAlarm()
    }

    private func perform(_ action: LifeAction) {
        switch action {
        case .read:
            Task {
                let reading = await ports.read()
                perform(machine.read(reading, at: MonotonicClock.now()))
            }
        case .start(let plan): Task { await start(plan) }
        case .stop: Task { await stop() }
        case .askQuiet:
            Task {
                let isQuiet = await device?.isQuiet() ?? true
                perform(machine.quiet(isQuiet, at: MonotonicClock.now()))
            }
        case .apply(let plan):
            log.setLevel(Log.Level(named: plan.settings[Keys.log.level]))
            Task { await device?.apply(plan.settings) }
        case .keep(let plan): Task { await ports.keep(plan) }
        case .tell(let what): tell(what)
        case .log(let level, let text): log(level, text)
        case .end: signal.finish()
        }
    }

    private func start(_ plan: LifePlan) async {
        log.setLevel(Log.Level(named: plan.settings[Keys.log.level]))
        log(.notice, StartLine.text(plan))
        // An owner who changes the settings' volume means it.
        if let last, last[Keys.playback.volume] != plan.settings[Keys.playback.volume] {
            hand.volumePercent = nil
        }
        last = plan.settings
        do {
            let device = try await ports.make(plan, hand)
            do {
                try await device.start()
            } catch {
                await device.stop()
                throw error
            }
            self.device = device
            keepMemory(plan.settings)
            vitality = Vitality()
            perform(machine.started(at: MonotonicClock.now()))
            // A device that has just started has shown that it lives.
            ports.notifier?.watchdog()
        } catch {
            perform(machine.failed("\(error)", at: MonotonicClock.now()))
        }
    }

    private func stop() async {
        if let device {
            hand = await device.handSettings()
            self.device = nil
            await device.stop()
        }
        perform(machine.stopped(at: MonotonicClock.now()))
    }

    private func setAlarm() {
        guard machine.deadline != alarmAt else { return }
        alarmAt = machine.deadline
        alarm?.cancel()
        guard let time = alarmAt else { return }
        alarm = Task {
            let wait = max(0, time - MonotonicClock.now())
            try? await ContinuousClock().sleep(for: .nanoseconds(wait))
            guard !Task.isCancelled else { return }
            alarmAt = nil
            perform(machine.deadlineReached(at: MonotonicClock.now()))
        }
    }

    private func tell(_ what: LifeAction.Telling) {
        switch what {
        case .ready: ports.notifier?.ready()
        case .reloading: ports.notifier?.reloading()
        case .stopping: ports.notifier?.stopping()
        }
    }

    /// Locks the memory that a running device uses, and gives back what only its start has used.
    ///
    /// Locked once for the process: unlocking it again would not be worth it.
    private func keepMemory(_ settings: Settings) {
        guard !isMemoryLocked else { return }
        MemoryLock.releaseStartupPages()
        guard settings[Keys.audio.memoryLock] else { return }
        isMemoryLocked = true
        do {
            try MemoryLock.lockAll()
        } catch {
            log(.info, "the memory is not locked (LimitMEMLOCK): \(error)")
        }
    }

    // MARK: - Signs of life

    /// Looks at the device and notifies systemd; returns the time until the next look.
    private func beat() async -> Duration {
        let interval = ports.notifier?.watchdogInterval
        // Two beats may be missed, and there is still time for a third.
        let pause = interval.map { $0 / 3 } ?? Self.statusPeriod
        if machine.isResting {
            ports.notifier?.watchdog()
            tellStatus("nothing can be started; see the journal")
            return pause
        }
        guard let device, let plan = machine.running, let pulse = await device.pulse() else {
            return pause
        }
        // Another device may run by now.
        guard self.device != nil else { return pause }
        // Without a session, the device's own line reports the fault.
        let fault = plan.hasSession ? plan.fault : nil
        tellStatus(pulse.status + (fault.map { "; not what the settings say: \($0)" } ?? ""))
        if vitality.lives(pulse) {
            ports.notifier?.watchdog()
            return pause
        }
        log(.warning, "the microphone delivers no samples")
        return pause
    }

    private func tellStatus(_ text: String) {
        // It quotes what far ends say, as the journal does.
        let text = log.shown(text)
        guard text != status else { return }
        status = text
        ports.notifier?.status(text)
    }
}
