internal import Linux
internal import ModelTypes
internal import Text
internal import Tools
internal import WireCodec

// The beginning and end of connections, and the transport's events.

extension ServerMachine {
    mutating func open(at now: Int64) {
        starts.removeAll { $0 <= now - Self.hour }
        if starts.count >= startsPerHour, let oldest = starts.first {
            let until = oldest + Self.hour
            if state != .waiting(until: until) {
                log(
                    .warning,
                    "it was started \(startsPerHour) times within an hour; it is left alone "
                        + "for \((until - now) / 60_000_000_000 + 1) min (\(lastFault))")
            }
            state = .waiting(until: until)
            return
        }
        starts.append(now)
        state = .opening(until: now + startTimeout)
        minuteBegan = now
        messages = 0
        noise = 0
        actions.append(.open)
    }

    /// The transport reported an event.
    package mutating func transport(_ event: TransportEvent, at now: Int64) -> [ServerAction] {
        switch event {
        case .opened:
            guard case .opening(let until) = state else { return [] }
            guard !isModern else {
                discover(after: nil, until: until)
                break
            }
            _ = request(
                .initialize, "initialize",
                [
                    "protocolVersion": .string(Self.versions[0]), "capabilities": [:],
                    "clientInfo": clientInfo,
                ], until: until)
        case .message(let json): came(json, at: now)
        case .noise(let text): noiseCame(text, at: now)
        case .words(let text): log(.debug, "says: \(text.oneLine(limit: Self.quoteLimit))")
        case .undelivered(let id, let reason, let fate):
            undelivered(id, reason, fate, at: now)
        case .lost(let reason): lost(reason, at: now)
        }
        return take()
    }

    private mutating func noiseCame(_ text: String, at now: Int64) {
        guard isConnected else { return }
        noise += 1
        if noise == 1 {
            log(
                .warning,
                "it writes what is not a message: \"\(text.oneLine(limit: 80))\"; it should write "
                    + "that to its standard error")
        }
        if noise > Self.noiseLimit { fail("it writes too much that is not a message", at: now) }
    }

    var isConnected: Bool {
        switch state {
        case .opening, .ready: true
        case .idle, .closing, .waiting, .stopped: false
        }
    }

    /// Counts a message; false when it was one too many.
    mutating func admit(at now: Int64) -> Bool {
        if now - minuteBegan > 60_000_000_000 {
            minuteBegan = now
            messages = 0
        }
        messages += 1
        guard messages > Self.messagesPerMinute else { return true }
        fail("it sends more than \(Self.messagesPerMinute) messages a minute", at: now)
        return false
    }

    private mutating func undelivered(
        _ id: Int64?, _ reason: String, _ fate: TransportEvent.Fate, at now: Int64
    ) {
        guard isConnected else { return }
        let isSessionGone = fate == .sessionGone
        let request = id.flatMap { requests.removeValue(forKey: $0) }
        switch request?.kind {
        case .call(let key)?:
            if isSessionGone, var call = calls[key], !call.isRepeated {
                // The server did not know the session, so it has done nothing.
                call.request = nil
                call.isRepeated = true
                calls[key] = call
                unsent.append(key)
            } else {
                forget(key)
                // A server that does not know the session has done nothing for it.
                let words =
                    fate == .refused || isSessionGone
                    ? "the MCP server \(name) did nothing: \(reason)"
                    : unanswered(reason)
                actions.append(.finish(call: key, .failed(words)))
            }
        case .initialize?: return fail(reason, at: now)
        case .discover?: return discoveryFailed(reason, at: now)
        case .subscription?: listChanged(at: now)
        case .list?: retryList(reason, at: now)
        case .ping?: return fail("it does not answer (\(reason))", at: now)
        case nil: if !isSessionGone { log(.debug, "a message did not arrive: \(reason)") }
        }
        guard isSessionGone, isReady else { return }
        log(.notice, "it has ended the session; a new one is begun")
        disconnect(then: .opening)
    }

    /// Ends the connection because of a fault of the server.
    mutating func fail(_ reason: String, at now: Int64) {
        guard isConnected else { return }
        noteFault(reason, at: now)
        disconnect(then: .waiting)
    }

    private mutating func disconnect(then next: Next) {
        actions.append(.close)
        leaveRequests()
        state = .closing(next)
    }

    /// The text for a call that was sent: a model that is asked to try again would do it twice.
    private func unanswered(_ reason: String) -> String {
        "the MCP server \(name) failed before it answered (\(reason)); whether it was done is not "
            + "known"
    }

    /// Open requests get no answer any more.
    private mutating func leaveRequests() {
        for key in calls.keys.sorted() where calls[key]?.request != nil {
            forget(key)
            actions.append(.finish(call: key, .failed(unanswered(lastFault))))
        }
        requests = [:]
        listAt = nil
    }

    private mutating func noteFault(_ reason: String, at now: Int64) {
        lastFault = reason
        if case .ready(let since) = state, now - since >= Self.stable { backoff.reset() }
        retryWait = backoff.failed()
        log(.warning, reason)
        actions.append(.failed(reason))
        if case .opening = state {
            failCalls("the MCP server \(name) does not start: \(reason)", onlyUnsent: true)
        }
    }

    private mutating func lost(_ reason: String, at now: Int64) {
        switch state {
        case .idle, .waiting, .stopped: return
        case .closing(.stopped):
            state = .stopped
            actions.append(.stopped)
        case .closing(.opening): open(at: now)
        case .closing(.waiting): wait(at: now)
        case .opening, .ready:
            noteFault(reason, at: now)
            leaveRequests()
            wait(at: now)
        }
    }

    private mutating func wait(at now: Int64) {
        // A call already waits for it.
        guard unsent.isEmpty || backoff.failures > 1 else { return open(at: now) }
        state = .waiting(until: now + retryWait)
    }
}
