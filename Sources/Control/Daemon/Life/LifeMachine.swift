package import Linux

/// What the supervisor does.
package enum LifeAction: Sendable {
    /// Reads the settings; `read` follows.
    case read
    /// Builds and starts the device; `started` or `failed` follows, and nothing remains of a failed
    /// start.
    case start(LifePlan)
    /// Stops the device that runs; `stopped` follows.
    case stop
    /// Asks the device whether it is quiet; `quiet` follows.
    case askQuiet
    /// Applies what has changed to the running device.
    case apply(LifePlan)
    /// Keeps settings that work for a later life.
    case keep(LifePlan)
    case tell(Telling)
    case log(Log.Level, String)
    /// The program's end.
    case end

    /// What systemd is notified of.
    package enum Telling: Sendable, Equatable { case ready, reloading, stopping }
}

/// The daemon's life: which settings it runs with, when it restarts, when it ends.
///
/// A value: events and times (nanoseconds of any steady clock) go in, actions come out. It promises
/// that there is never more than one device; that what runs is not stopped for settings that have a
/// mistake; that some device runs whenever one can be started at all, if only to tell the fault;
/// that SIGTERM is obeyed in every state, waiting for nothing but the start or stop under way; and
/// that what fails is tried again ever less often, and logged once.
///
/// | State     | Event                    | Next      | What is done                            |
/// |-----------|--------------------------|-----------|-----------------------------------------|
/// | reading   | settings                 | starting  | started                                 |
/// | reading   | settings with mistakes   | starting  | logged; the last that worked, or least  |
/// | starting  | it runs                  | running   | ready; good settings are kept           |
/// | starting  | it fails                 | starting  | the next in the row                     |
/// | starting  | the last fails           | resting   | tried again after a pause               |
/// | running   | SIGHUP                   | running   | settings are read and checked           |
/// | running   | settings with mistakes   | running   | logged; nothing else                    |
/// | running   | little has changed       | running   | taken over                              |
/// | running   | settings; then quiet     | replacing | stopped                                 |
/// | replacing | it has stopped           | starting  | started; what ran before is the next    |
/// | resting   | the pause is over, SIGHUP | reading  |                                         |
/// | any       | SIGTERM                  | ending    | stopped, and nothing started            |
package struct LifeMachine: Sendable {
    /// A start with new settings waits for a quiet moment no longer than this (nanoseconds).
    package static let quietPatience: Int64 = 60_000_000_000
    /// How often the device is asked whether it is quiet (nanoseconds).
    package static let quietPoll: Int64 = 200_000_000
    /// The pause before the first retry; it doubles up to `longestPause` (nanoseconds).
    package static let firstPause: Int64 = 5_000_000_000
    package static let longestPause: Int64 = 300_000_000_000

    /// Faults that are remembered; a device has few.
    private static let loggedLimit = 64

    private enum State: Sendable {
        case reading
        case starting(LifePlan, then: [LifePlan])
        case running(LifePlan)
        case replacing([LifePlan])
        case resting
        case ending
        case ended
    }

    private struct Waiting: Sendable {
        var row: [LifePlan]
        var until: Int64
    }

    private var state = State.reading
    /// Settings are being read.
    private var isReading = false
    /// SIGHUP came where the settings could not be read.
    private var wantsReading = false
    private var wantsStop = false
    /// Settings that wait for a quiet moment.
    private var waiting: Waiting?
    private var quietCheck: Int64?
    /// The plan that last ran as asked in this life.
    private var before: LifePlan?
    /// The fault is in the files, so time does not fix it.
    private var isMistaken = false
    /// The reading under way is a retry of our own, not the user's wish.
    private var isRetry = false
    private var retryAt: Int64?
    private var pause = Self.firstPause
    /// Faults that were logged; a repeated one is not, to spare the SD card.
    private var logged: Set<String> = []
    private var actions: [LifeAction] = []

    /// A life that `begin` starts.
    package init() {}

    /// What runs; nil while nothing does.
    package var running: LifePlan? {
        if case .running(let plan) = state { plan } else { nil }
    }

    /// Whether nothing can be started, and it pauses before the next try.
    package var isResting: Bool {
        if case .resting = state { true } else { false }
    }

    /// Whether it is over.
    package var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// When to call `deadlineReached`; nil: not at all.
    package var deadline: Int64? { [quietCheck, retryAt].compactMap { $0 }.min() }

    // MARK: - Events

    /// The first event.
    package mutating func begin() -> [LifeAction] {
        read()
        return settle()
    }

    /// A signal came.
    package mutating func signalled(_ signal: Signal) -> [LifeAction] {
        switch signal {
        case .terminate, .interrupt: stopWanted()
        case .hangUp: readingWanted()
        case .kill, .user1, .user2: break
        }
        return settle()
    }

    /// The settings were read.
    package mutating func read(_ reading: SettingsReading, at now: Int64) -> [LifeAction] {
        isReading = false
        switch state {
        case .reading:
            isMistaken = reading.asked == nil
            if isMistaken { tell(reading.mistakes) }
            start(row(reading), at: now)
        case .running(let plan):
            take(reading, over: plan, at: now)
            if wantsReading { readingWanted() }
        // It came too late for what is under way.
        case .starting, .replacing: wantsReading = true
        case .resting, .ending, .ended: break
        }
        return settle()
    }

    /// The device runs.
    package mutating func started(at now: Int64) -> [LifeAction] {
        guard case .starting(let plan, then: _) = state else { return settle() }
        state = .running(plan)
        retryAt = nil
        guard !wantsStop else {
            stopRunning()
            return settle()
        }
        emit(.tell(.ready))
        switch plan.kind {
        case .asked:
            before = plan
            pause = Self.firstPause
            isRetry = false
            logged = []
            emit(.keep(plan))
        case .before:
            log(
                "the device runs with the last settings that worked; fix the others, then "
                    + "`systemctl reload martlet`")
        case .least, .bare:
            log(
                "there is no session: the device only rings and reports its fault; "
                    + (isMistaken
                        ? "fix the settings, then `systemctl reload martlet`"
                        : "all is retried automatically, and at once by `systemctl reload martlet`")
            )
            if !isMistaken { retryLater(at: now) }
        }
        if wantsReading { readingWanted() }
        return settle()
    }

    /// It could not be started; nothing is left of it.
    package mutating func failed(_ text: String, at now: Int64) -> [LifeAction] {
        guard case .starting(let plan, then: var row) = state else { return settle() }
        switch plan.kind {
        case .asked: log("the settings do not work: \(text)")
        case .before: log("the last settings that worked do not work: \(text)")
        case .least: log("what is right in the settings does not work: \(text)")
        case .bare: log("the sound devices alone do not work: \(text)")
        }
        for index in row.indices where row[index].fault == nil {
            row[index].fault = plan.fault ?? text
        }
        if wantsStop {
            end()
        } else {
            start(row, at: now)
        }
        return settle()
    }

    /// The device has stopped.
    package mutating func stopped(at now: Int64) -> [LifeAction] {
        switch state {
        case .replacing(let row) where !wantsStop: start(row, at: now)
        case .replacing, .ending: end()
        case .reading, .starting, .running, .resting, .ended: break
        }
        return settle()
    }

    /// The answer to `askQuiet`.
    package mutating func quiet(_ isQuiet: Bool, at now: Int64) -> [LifeAction] {
        guard case .running = state, let waiting else { return settle() }
        if isQuiet || now >= waiting.until {
            (self.waiting, quietCheck, retryAt) = (nil, nil, nil)
            state = .replacing(waiting.row)
            emit(.stop)
        } else {
            quietCheck = now + Self.quietPoll
        }
        return settle()
    }

    /// `deadline` is reached.
    package mutating func deadlineReached(at now: Int64) -> [LifeAction] {
        if let time = quietCheck, time <= now {
            quietCheck = nil
            if waiting != nil { emit(.askQuiet) }
        }
        if let time = retryAt, time <= now {
            retryAt = nil
            isRetry = true
            if isResting { state = .reading }
            read()
        }
        return settle()
    }

    // MARK: - Reading

    private mutating func read() {
        guard !isReading else { return }
        isReading = true
        wantsReading = false
        emit(.read)
    }

    private mutating func readingWanted() {
        switch state {
        case .running:
            isRetry = false
            wantsReading = isReading
            read()
        case .resting:
            retryAt = nil
            isRetry = false
            state = .reading
            read()
        case .reading, .starting, .replacing: wantsReading = true
        case .ending, .ended: break
        }
    }

    private func row(_ reading: SettingsReading) -> [LifePlan] {
        var row = reading.fallbacks(before: before)
        if let asked = reading.asked {
            // The same texts would fail under the other name, too.
            row.removeAll { $0.kind == .before && $0.texts == asked.texts }
            return [asked] + row
        }
        for index in row.indices { row[index].fault = reading.mistakes.first }
        return row
    }

    /// New settings beside a device that runs.
    private mutating func take(
        _ reading: SettingsReading, over plan: LifePlan, at now: Int64
    ) {
        guard let asked = reading.asked else {
            tell(reading.mistakes)
            log("the settings have mistakes, the old ones are kept")
            if waiting != nil { emit(.tell(.ready)) }
            (waiting, quietCheck, isMistaken) = (nil, nil, true)
            return
        }
        isMistaken = false
        if !isRetry { emit(.log(.notice, "the settings have been read again")) }
        if waiting == nil, plan.kind == .asked {
            switch SettingsChange(from: plan.settings, to: asked.settings) {
            case .inPlace(let names):
                emit(.log(.notice, "taken over: \(names.joined(separator: ", "))"))
                state = .running(asked)
                before = asked
                emit(.apply(asked))
                return emit(.keep(asked))
            case .nothing:
                emit(.log(.notice, "they are unchanged; what they point at is loaded again"))
            case .anew: break
            }
        }
        if waiting == nil { emit(.tell(.reloading)) }
        waiting = Waiting(
            row: row(reading), until: waiting?.until ?? now + Self.quietPatience)
        emit(.askQuiet)
    }

    // MARK: - Starting and ending

    private mutating func start(_ row: [LifePlan], at now: Int64) {
        guard let first = row.first else {
            // Systemd would end a program that is never ready.
            emit(.tell(.ready))
            // A reading that is under way is the next try.
            guard !isReading else {
                state = .reading
                return
            }
            state = .resting
            retryLater(at: now)
            if wantsReading { readingWanted() }
            return
        }
        state = .starting(first, then: Array(row.dropFirst()))
        emit(.start(first))
    }

    private mutating func retryLater(at now: Int64) {
        retryAt = now + pause
        pause = min(2 * pause, Self.longestPause)
    }

    private mutating func stopWanted() {
        guard !wantsStop else { return }
        wantsStop = true
        emit(.tell(.stopping))
        emit(.log(.notice, "stopping"))
        switch state {
        case .running: stopRunning()
        case .reading, .resting: end()
        // What is under way ends first.
        case .starting, .replacing, .ending, .ended: break
        }
    }

    private mutating func stopRunning() {
        (waiting, quietCheck, retryAt) = (nil, nil, nil)
        state = .ending
        emit(.stop)
    }

    private mutating func end() {
        (waiting, quietCheck, retryAt) = (nil, nil, nil)
        state = .ended
        emit(.end)
    }

    // MARK: - Actions

    private mutating func tell(_ mistakes: [String]) {
        for mistake in mistakes { log(mistake) }
    }

    /// Logs a fault; a repeated one only when the user has asked for a reload.
    private mutating func log(_ text: String) {
        if logged.count >= Self.loggedLimit { logged = [] }
        guard logged.insert(text).inserted || !isRetry else { return }
        emit(.log(.error, text))
    }

    private mutating func emit(_ action: LifeAction) { actions.append(action) }

    private mutating func settle() -> [LifeAction] {
        defer { actions = [] }
        return actions
    }
}
