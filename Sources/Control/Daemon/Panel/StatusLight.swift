package import Assistant
internal import Linux
package import Panel
package import WebSockets

extension LightState {
    /// The one state of an indication that a single light shows.
    package init(_ indication: Indication) {
        // Both want the user to press the button, one to end something, one to allow it.
        if indication.isRinging || indication.awaitsConfirmation {
            self = .timer
            return
        }
        switch indication.gist {
        case .idle: self = .idle
        case .listening: self = .listening
        case .thinking: self = .thinking
        case .speaking: self = .speaking
        case .muted: self = .muted
        case .trouble: self = .error
        case .offline: self = .offline
        }
    }
}

/// The device's light: shows what its machine says, when it says so.
///
/// Missing or failing hardware leaves the light dark and is tried again; it does not end the
/// program.
///
/// ## Concurrency
/// Confined to the loop's thread.
package final class StatusLight: IndicatorPort, @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    private let loop: EventLoop
    private let log: Log
    private let make: () throws -> any LightDriver
    private var machine: LightMachine
    private var driver: (any LightDriver)?
    private var absence = Absence()
    /// The hardware is not tried again before this time.
    private var nextTry: Int64 = 0
    private var shown: LightFrame?
    private var timer: LoopTimer?

    /// A light of a machine; `make` opens its hardware, at once and after every failure.
    package init(
        loop: EventLoop, log: Log, machine: LightMachine,
        make: @escaping () throws -> any LightDriver
    ) {
        self.loop = loop
        self.log = log
        self.machine = machine
        self.make = make
    }

    package func show(_ indication: Indication) {
        machine.show(LightState(indication), at: MonotonicClock.now())
        update()
    }

    /// Makes the light dark, and cancels the timer.
    package func turnOff() {
        timer?.cancel()
        timer = nil
        guard let shown, !shown.isDark else { return }
        let dark = LightFrame(
            pixels: [Colour](repeating: .dark, count: shown.pixels.count), brightness: 0)
        // At the end there is no use in reporting an error.
        try? driver?.show(dark)
    }

    private func update() {
        timer?.cancel()
        timer = nil
        let now = MonotonicClock.now()
        let (frame, next) = machine.frame(at: now, secondOfDay: Self.secondOfDay())
        let retry = draw(frame, at: now)
        guard let wake = [driver == nil ? nil : next, retry].compactMap({ $0 }).min() else {
            return
        }
        timer = loop.schedule(at: wake) { [weak self] in self?.update() }
    }

    /// Shows a frame if the hardware is there; otherwise returns when to try again.
    private func draw(_ frame: LightFrame, at now: Int64) -> Int64? {
        if driver == nil, now < nextTry { return nextTry }
        do {
            let driver = try driver ?? make()
            if shown != frame || self.driver == nil { try driver.show(frame) }
            if absence.worked() { log(.notice, "the light is there") }
            self.driver = driver
            shown = frame
            return nil
        } catch {
            driver = nil
            let (next, news) = absence.failed("\(error)", at: now)
            if let news { log(.warning, "the light: \(news); it is tried again") }
            nextTry = next
            return next
        }
    }

    private static func secondOfDay() -> Int {
        let time = WallClock.localTime(at: WallClock.now())
        return time.hour * 3600 + time.minute * 60 + time.second
    }
}
