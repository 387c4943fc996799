internal import ModelTypes

// Time-outs.

extension ServerMachine {
    /// When to call `deadlineReached`.
    package var deadline: Int64? {
        var times = calls.values.map(\.deadline)
        switch state {
        case .idle, .closing, .stopped: break
        case .opening(let until), .waiting(let until): times.append(until)
        case .ready: times += requests.values.compactMap(\.until) + (listAt.map { [$0] } ?? [])
        }
        return times.min()
    }

    /// The time of `deadline` has come.
    package mutating func deadlineReached(at now: Int64) -> [ServerAction] {
        expireCalls(at: now)
        switch state {
        case .idle, .closing, .stopped: break
        case .opening(let until):
            if until <= now {
                fail("it has not answered within \(startTimeout / 1_000_000_000) s", at: now)
            }
        case .waiting(let until):
            if until <= now { open(at: now) }
        case .ready: expireRequests(at: now)
        }
        return take()
    }

    private mutating func expireCalls(at now: Int64) {
        for key in calls.keys.sorted() {
            guard let call = calls[key], call.deadline <= now else { continue }
            forget(key)
            let reason: String
            if let request = call.request {
                reason =
                    "did not answer within \(Self.text(call, at: now)); whether it was done is not "
                    + "known"
                tellCancelled(request, "it took too long")
                probe(at: now)
            } else {
                reason = "was not ready within \(Self.text(call, at: now)) (\(lastFault))"
            }
            actions.append(.finish(call: key, .failed("the MCP server \(name) \(reason)")))
        }
    }

    private static func text(_ call: Call, at now: Int64) -> String {
        let time = Double(min(call.patience, call.limit)) / 1e9
        return call.deadline < call.limit || call.patience >= call.limit
            ? "\(time) s" : "the longest time that is allowed"
    }

    /// Checks whether the server is alive: a dead one is restarted for the next call.
    private mutating func probe(at now: Int64) {
        let isAsked = requests.values.contains { $0.kind == .ping }
        guard isReady, !isAsked else { return }
        _ = request(
            .ping, isModern ? "server/discover" : "ping", nil, until: now + Self.pingTimeout)
    }

    private mutating func expireRequests(at now: Int64) {
        for id in requests.keys.sorted() {
            guard let request = requests[id], let until = request.until, until <= now else {
                continue
            }
            requests[id] = nil
            switch request.kind {
            case .ping: return fail("it does not answer any more", at: now)
            case .list: retryList("no answer within \(Self.listTimeout / 1_000_000_000) s", at: now)
            case .initialize, .discover, .subscription, .call: break
            }
        }
        if let listAt, listAt <= now { list(at: now) }
    }
}
