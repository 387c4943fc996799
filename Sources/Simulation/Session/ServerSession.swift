import Linux
internal import WireCodec

/// One connection to the simulated service: messages and time in, messages and closes out.
///
/// It checks strictly what the client sends and closes as the service does (live-protocol.md
/// sections 1.6 and 3.4). It acts only when its methods are called; times are nanoseconds of any
/// clock that all connections of one `ServiceState` share.
package struct ServerSession: Sendable {
    enum Phase {
        case awaitingSetup
        case live
        /// Half-open: it neither receives nor sends, and reports nothing.
        case dead
        case closed
    }

    /// The terms of the setup.
    struct Terms: Sendable {
        var profile = ModelProfile(name: "")
        var isManual = false
        var interrupts = true
        var tellsActivity = false
        var transcribesInput = false
        var transcribesOutput = false
        var givesHandles = false
        var isTransparent = false
        /// The declared functions, and whether the model waits for their answers.
        var functions: [String: Bool] = [:]
    }

    let scenario: Scenario
    let access: Access
    let service: ServiceState
    var phase = Phase.awaitingSetup
    var terms = Terms()
    var connection = 0
    var session = 0
    var plan = FaultPlan([], connection: 0)
    var token: EphemeralToken?
    /// The client's messages so far; the setup is number 0.
    var messageIndex: Int64 = 0

    var expectsHistory = false
    var gate: SpeechGate?
    var activity: [Int16]?
    var inputSamples = 0

    var turnIndex = 0
    var generation: Generation?
    var answers = Answers()
    var calls = OpenCalls()
    var meter: TokenMeter
    var quirks: Set<Quirk> = []

    var load: LoadEcho?
    var hasAnnouncedEnd = false
    var isStalled = false
    var agenda = Agenda()
    private var held: [ServerAction] = []
    private var actions: [ServerAction] = []

    /// A new connection, with its access.
    package init(scenario: Scenario, access: Access, service: ServiceState) {
        self.scenario = scenario
        self.access = access
        self.service = service
        meter = TokenMeter(limit: scenario.contextLimitTokens)
        if scenario.goesOnAcrossSessions { turnIndex = service.with { $0.nextTurn } }
    }

    // MARK: - From outside

    /// When `deadlineReached` must be called; nil when nothing will happen by itself.
    package var deadline: Int64? {
        [generation?.nextAt, agenda.next].compactMap { $0 }.min()
    }

    /// Whether it has ended, or will never send again.
    package var isOver: Bool { phase == .closed || phase == .dead }

    /// Takes microphone samples (mono, 16 kHz) from a message of the usual shape.
    package mutating func audio(_ samples: [Int16], at now: Int64) -> [ServerAction] {
        guard phase == .live else {
            if phase == .awaitingSetup { refuse(Refusal(.invalidArgument), at: now) }
            return takeActions()
        }
        messageIndex += 1
        if isTokenGood(at: now), isDoneWithHistory(at: now) { takeAudio(samples, at: now) }
        tellProgress()
        return takeActions()
    }

    /// Takes any message of the client, text or binary.
    ///
    /// Call `deadlineReached` first for whatever was due before it.
    package mutating func message(_ bytes: [UInt8], at now: Int64) -> [ServerAction] {
        guard !isOver else { return [] }
        if let samples = AudioInput.samples(ofPlain: bytes) { return audio(samples, at: now) }
        do {
            let json = try JSONValue(parsing: bytes)
            let shape = WireShape.clientMessage(for: access.backend)
            if let fault = shape.fault(in: json, at: "") {
                refuse(Refusal(1007, fault), at: now)
            } else {
                take(WireShape.normalized(json), at: now)
            }
        } catch {
            refuse(Refusal(1007, "Invalid JSON payload received. \(error)"), at: now)
        }
        return takeActions()
    }

    /// The time of `deadline` has come.
    package mutating func deadlineReached(at now: Int64) -> [ServerAction] {
        // Everything that is due happens in order, even if the call is late.
        while let next = deadline, next <= now {
            if let generated = generation?.nextAt, generated <= agenda.next ?? .max {
                continueGeneration(at: generated)
            } else if let (time, item) = agenda.popDue(at: now) {
                perform(item, at: time)
            }
        }
        return takeActions()
    }

    /// Notes that the client has closed, or that the connection is lost.
    package mutating func disconnected(at now: Int64) {
        guard !isOver else { return }
        leave(.closed, freeFrom: now)
    }

    /// Triggers a fault now.
    package mutating func inject(_ fault: Fault, at now: Int64) -> [ServerAction] {
        guard !isOver else { return [] }
        apply(fault, at: now)
        return takeActions()
    }

    // MARK: - Actions

    /// Requests an action, or holds it back while the session is stalled.
    mutating func emit(_ action: ServerAction) {
        if case .tell = action { return actions.append(action) }
        guard phase != .dead else { return }
        if isStalled { held.append(action) } else { actions.append(action) }
    }

    mutating func send(_ message: JSONValue) { emit(.send(message)) }
    mutating func tell(_ event: ServerEvent) { emit(.tell(event)) }

    /// Performs the actions that were held back.
    mutating func releaseHeld() {
        isStalled = false
        actions += held
        held = []
    }

    /// Drops the actions that were held back.
    mutating func dropHeld() {
        isStalled = false
        held = []
    }

    private mutating func takeActions() -> [ServerAction] {
        defer { actions = [] }
        return actions
    }

    /// Closes because the client has done something that the service does not accept.
    mutating func refuse(_ refusal: Refusal, at now: Int64) {
        tell(.refused(code: refusal.code, reason: refusal.reason))
        emit(.close(code: refusal.code, reason: refusal.reason))
        leave(.closed, freeFrom: now)
    }

    /// Closes for a reason of the service.
    mutating func close(_ refusal: Refusal, at now: Int64) {
        tell(.closed(code: refusal.code, reason: refusal.reason))
        emit(.close(code: refusal.code, reason: refusal.reason))
        leave(.closed, freeFrom: now)
    }

    /// Ends the connection; its session may be resumed from a time on.
    mutating func leave(_ end: Phase, freeFrom time: Int64) {
        phase = end
        generation = nil
        // A close that waits behind a stall must still be sent.
        let stallEnd = isStalled && end == .closed ? agenda.time(of: .endStall) : nil
        agenda.removeAll()
        if let stallEnd { agenda.set(.endStall, at: stallEnd) }
        guard session > 0 else { return }
        let (session, connection) = (session, connection)
        service.with { $0.release(session: session, connection: connection, at: time) }
    }
}
