import Linux
internal import WireCodec

extension ServerSession {
    /// Why the client's credential is refused; nil if it is accepted.
    mutating func credentialRefusal(isResuming: Bool, at now: Int64) -> Refusal? {
        switch access.credential {
        case .none: return Refusal(.noCredential)
        case .key(let key): return key == scenario.key ? nil : Refusal(.badKey)
        case .bearer(let token):
            guard token != scenario.bearer else { return nil }
            return Refusal(
                1008,
                "Request had invalid authentication credentials. Expected OAuth 2 access token.")
        case .token(let name): return tokenRefusal(name, isResuming: isResuming, at: now)
        }
    }

    // The service's wording for a spent or unknown token is not known; this is that for keys.
    private mutating func tokenRefusal(
        _ name: String, isResuming: Bool, at now: Int64
    ) -> Refusal? {
        guard let known = service.with({ $0.tokens[name] }) else { return Refusal(.badKey) }
        guard now < known.expiresAt else { return Refusal(.expiredKey) }
        if !isResuming {
            guard now < known.newSessionsUntil else { return Refusal(.expiredKey) }
            guard known.usesLeft != 0 else { return Refusal(.badKey) }
            service.with { $0.tokens[name]?.usesLeft = known.usesLeft.map { $0 - 1 } }
        }
        token = known
        return nil
    }

    /// Whether the token is still valid: after its time no message is accepted.
    mutating func isTokenGood(at now: Int64) -> Bool {
        guard let token, now >= token.expiresAt else { return true }
        refuse(Refusal(.expiredKey), at: now)
        return false
    }

    /// Resumes a session by its handle, or creates a new one; returns the refusal, if any.
    mutating func resume(_ handle: String?, model: String, at now: Int64) -> Refusal? {
        let lifetime = scenario.handleLifetime.nanoseconds
        let limit = scenario.sessionLimit
        let number = connection
        let outcome = service.with { shared -> Outcome in
            defer { if handle != nil { shared.refuseNext = nil } }
            if handle != nil, let refusal = shared.refuseNext {
                return .refused(.init(refusal.close))
            }
            let open = shared.leases.values.count { $0.connection != nil }
            guard let handle else {
                guard open < limit else { return .refused(Refusal(.quota)) }
                let session = shared.makeSession()
                shared.leases[session] = .init(connection: number, freeFrom: now)
                return .made(session)
            }
            guard let known = shared.handles[handle], let lease = shared.leases[known.session]
            else { return .refused(Refusal(.handleNotFound)) }
            if known.isExpired || lease.connection == nil && now > lease.freeFrom + lifetime {
                return .refused(Refusal(.handleExpired))
            }
            guard known.model == model else { return .refused(Refusal(.invalidArgument)) }
            guard lease.connection == nil, now >= lease.freeFrom else {
                return .refused(Refusal(HandleRefusal.stillOpen.close))
            }
            guard open < limit else { return .refused(Refusal(.quota)) }
            shared.leases[known.session] = .init(connection: number, freeFrom: now)
            return .resumed(known)
        }
        switch outcome {
        case .refused(let refusal): return refusal
        case .made(let made): session = made
        case .resumed(let known):
            session = known.session
            turnIndex = known.turnIndex
            activity = known.activity
            meter.context = known.contextTokens
        }
        return nil
    }

    private enum Outcome: Sendable {
        case refused(Refusal)
        case made(Int)
        case resumed(ServiceState.Handle)
    }

    // MARK: - Handles

    /// How often a transparent session reports its progress (messages).
    private static let progressInterval: Int64 = 25

    /// Sends the client a new handle, or that resumption is not possible now.
    mutating func tellHandle() {
        guard terms.givesHandles, phase == .live else { return }
        guard generation == nil, calls.isEmpty else {
            return send(["sessionResumptionUpdate": ["resumable": false]])
        }
        let handle = ServiceState.Handle(
            session: session, turnIndex: turnIndex, model: terms.profile.name,
            activity: terms.isTransparent ? activity : nil, contextTokens: meter.context)
        let name = service.with { $0.makeHandle(handle) }
        var update: JSONObject = ["newHandle": .string(name), "resumable": true]
        if terms.isTransparent {
            update["lastConsumedClientMessageIndex"] = .string("\(messageIndex)")
        }
        send(["sessionResumptionUpdate": .object(update)])
    }

    /// Reports, in a transparent session, up to which message a handle reaches.
    mutating func tellProgress() {
        guard terms.isTransparent, messageIndex % Self.progressInterval == 0, messageIndex > 0,
            generation == nil, calls.isEmpty
        else { return }
        tellHandle()
    }
}
