internal import Linux
internal import Synchronization
internal import Tools
internal import WebSockets
internal import WireCodec

/// The connection to Home Assistant: performs what `HomeMachine` orders.
///
/// ## Concurrency
/// An actor on the pool, where long lists are read; its socket lives on the event loop. `known`
/// may be asked from any thread.
actor HomeLink {
    /// The address of Home Assistant, and the token for it.
    struct Place: Sendable {
        var request: WebSocketRequest
        var token: @Sendable () throws -> Secret
        var loop: @Sendable () throws -> EventLoop
    }

    private let place: Place
    private let clock: any DeviceClock
    private let note: @Sendable (String) -> Void
    /// The last directory, also while there is no connection.
    nonisolated let known = Published()

    private var machine: HomeMachine
    private var socket: HomeSocket?
    private var alarm: Task<Void, Never>?
    private var lastTicket = 0
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var calls: [Int: CheckedContinuation<HomeCallEnd, Never>] = [:]

    /// A link that does nothing before the first call.
    init(
        _ place: Place, exposure: HomeExposure, clock: any DeviceClock,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.place = place
        self.clock = clock
        self.note = note
        machine = HomeMachine(exposure)
    }

    /// The last directory, under a lock.
    final class Published: Sendable {
        private let directory = Mutex<HomeDirectory?>(nil)

        var value: HomeDirectory? { directory.withLock { $0 } }

        func set(_ new: HomeDirectory) { directory.withLock { $0 = new } }
    }

    /// Connects if necessary, and waits for it no longer than this.
    func standing(within patience: Duration) async -> HomeConnectionState {
        perform(machine.want(at: clock.now))
        if machine.standing == .coming { await wait(patience) }
        return machine.standing
    }

    /// Asks for the lists again, and waits for them no longer than this; false if that was not
    /// necessary.
    func refresh(within patience: Duration) async -> Bool {
        let orders = machine.refresh(at: clock.now)
        guard !orders.isEmpty else { return false }
        perform(orders)
        await wait(patience)
        return true
    }

    /// Calls a service; it ends with Home Assistant's answer, or with the connection.
    ///
    /// A task that is cancelled stops waiting; the call itself cannot be taken back.
    func call(_ service: HomeService, on entities: [String]) async -> HomeCallEnd {
        lastTicket += 1
        let ticket = lastTicket
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                calls[ticket] = continuation
                perform(machine.call(service, on: entities, ticket: ticket))
                if Task.isCancelled { forget(ticket) }
            }
        } onCancel: {
            Task { await self.forget(ticket) }
        }
    }

    /// Ends the connection for good.
    func end() {
        perform(machine.end())
        release()
    }

    // MARK: - Waiting

    private func wait(_ patience: Duration) async {
        lastTicket += 1
        let ticket = lastTicket
        let limit = Task { [clock] in
            try? await clock.wait(patience)
            self.release(ticket)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting[ticket] = continuation
                if Task.isCancelled { release(ticket) }
            }
        } onCancel: {
            Task { await self.release(ticket) }
        }
        limit.cancel()
    }

    private func release(_ ticket: Int) { waiting.removeValue(forKey: ticket)?.resume() }

    private func release() {
        let released = waiting.values
        waiting = [:]
        for continuation in released { continuation.resume() }
    }

    private func forget(_ ticket: Int) {
        machine.forget(ticket: ticket)
        calls.removeValue(forKey: ticket)?.resume(returning: .unknown("it was stopped"))
    }

    // MARK: - Orders and events

    private func perform(_ orders: [HomeOrder]) {
        for order in orders {
            switch order {
            case .open: open()
            case .send(let message): socket?.send(message.serialized)
            case .drop:
                socket?.drop()
                socket = nil
            case .alarm(let moment): setAlarm(moment)
            case .publish(let directory): known.set(directory)
            case .tell: release()
            case .settle(let ticket, let end):
                calls.removeValue(forKey: ticket)?.resume(returning: end)
            case .note(let text): note(text)
            }
        }
    }

    private func open() {
        socket?.drop()
        let opened: HomeSocket
        do {
            opened = HomeSocket(place.request, on: try place.loop())
        } catch {
            return perform(machine.ended("\(error)", at: clock.now, random: .random(in: 0..<1)))
        }
        socket = opened
        Task {
            for await event in opened.events { self.take(event, from: opened) }
            // If more came than could be read, no end was reported.
            self.take(.ended("it sent more than could be read"), from: opened)
        }
    }

    private func take(_ event: HomeSocketEvent, from source: HomeSocket) {
        guard source === socket else { return }
        let now = clock.now
        let random = Double.random(in: 0..<1)
        switch event {
        case .opened: perform(machine.opened())
        case .message(let bytes):
            do {
                let message = try JSONValue(parsing: bytes)
                perform(
                    machine.received(message, at: now, random: random) {
                        Result { try place.token() }
                    })
            } catch {
                perform(
                    [.drop]
                        + machine.ended("it did not send JSON: \(error)", at: now, random: random))
            }
        case .ended(let why):
            socket = nil
            perform(machine.ended(why, at: now, random: random))
        }
    }

    private func setAlarm(_ moment: Int64?) {
        alarm?.cancel()
        alarm = moment.map { moment in
            Task { [clock] in
                do {
                    try await clock.wait(.nanoseconds(max(0, moment - clock.now)))
                } catch {
                    return
                }
                self.ring()
            }
        }
    }

    private func ring() {
        perform(machine.alarmed(at: clock.now, random: .random(in: 0..<1)))
    }
}
