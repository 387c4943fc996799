package import Configuration
package import Linux

/// The daemon's life: start, tell systemd, take signals, begin anew with other settings, stop.
package actor Supervisor {
    /// A restart for new settings waits for a quiet moment no longer than this.
    private static let quietPatience = Duration.seconds(60)
    private static let quietPoll = Duration.milliseconds(200)

    private enum Wish: Sendable { case stop, reload }

    private let log: Log
    private let notifier: ServiceNotifier?
    private let load: @Sendable () throws -> Settings
    private let wishes: AsyncStream<Wish>
    private let wish: AsyncStream<Wish>.Continuation

    /// A supervisor that reads the settings anew by `load`.
    package init(log: Log, load: @escaping @Sendable () throws -> Settings) {
        self.log = log
        self.load = load
        notifier = ServiceNotifier(environment: Environment.all())
        // More wishes than this at once say nothing new.
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(8))
    }

    /// Takes a signal; from any thread.
    package nonisolated func take(_ signal: Signal) {
        switch signal {
        case .terminate, .interrupt: wish.yield(.stop)
        case .hangUp: wish.yield(.reload)
        case .kill, .user1, .user2: break
        }
    }

    /// Runs until told to stop; throws when it cannot start.
    package func run(_ first: Settings) async throws {
        var settings = first
        lockMemory(settings)
        var application = try await start(settings)
        notifier?.ready()
        let watchdog = watch(application)
        var pulse = watchdog
        for await wish in wishes {
            switch wish {
            case .stop:
                notifier?.stopping()
                log(.notice, "stopping")
                pulse?.cancel()
                await application.stop()
                return
            case .reload:
                guard let next = reload() else { continue }
                notifier?.reloading()
                await waitUntilQuiet(application)
                pulse?.cancel()
                await application.stop()
                do {
                    application = try await start(next)
                    settings = next
                } catch {
                    log(.error, "the new settings do not work, the old ones are kept: \(error)")
                    application = try await start(settings)
                }
                pulse = watch(application)
                notifier?.ready()
            }
        }
    }

    private func start(_ settings: Settings) async throws -> Application {
        log.setLevel(Log.Level(named: settings[Keys.Log.level]))
        let application = try Application(
            settings: settings, credential: try Credentials.daemon(settings), log: log)
        try await application.start()
        notifier?.status("mode \(settings[Keys.Conversation.mode])")
        return application
    }

    /// Once for the process: there is no way back that would be worth it.
    private func lockMemory(_ settings: Settings) {
        guard settings[Keys.Audio.memoryLock] else { return }
        do {
            try MemoryLock.lockAll()
        } catch {
            log(.info, "the memory is not locked (LimitMEMLOCK): \(error)")
        }
    }

    private func reload() -> Settings? {
        do {
            let settings = try load()
            _ = try Credentials.session(settings)
            log(.notice, "the settings have been read again")
            return settings
        } catch let errors as ConfigurationErrors {
            for mistake in errors.diagnostics { log(.error, "\(mistake)") }
        } catch {
            log(.error, "\(error)")
        }
        log(.error, "the settings have mistakes, the old ones are kept")
        return nil
    }

    private func waitUntilQuiet(_ application: Application) async {
        let clock = ContinuousClock()
        let end = clock.now + Self.quietPatience
        while clock.now < end, await !application.isQuiet() {
            try? await clock.sleep(for: Self.quietPoll)
        }
    }

    /// Tells systemd that all is alive: the loop answered, and the microphone moves or is known to
    /// be gone.
    private func watch(_ application: Application) -> Task<Void, Never>? {
        guard let notifier, let interval = notifier.watchdogInterval else { return nil }
        let log = log
        return Task {
            var frames = -1
            while !Task.isCancelled {
                if let beat = await application.heartbeat() {
                    if !beat.hasMicrophone || beat.captureFrames != frames {
                        notifier.watchdog()
                    } else {
                        log(.warning, "the microphone stands still")
                    }
                    frames = beat.captureFrames
                }
                try? await ContinuousClock().sleep(for: interval / 2)
            }
        }
    }
}
