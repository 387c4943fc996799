internal import Linux
internal import WireCodec

/// How a service call over the WebSocket ended.
enum HomeCallEnd: Sendable, Equatable {
    case done
    /// Home Assistant's own words.
    case refused(String)
    /// The connection ended before the answer; whether it was done is not known.
    case unknown(String)
}

/// The state of the connection, for calls that wait for it.
enum HomeConnectionState: Sendable, Equatable {
    /// The directory is loaded, and calls can be made.
    case ready
    /// Not yet, but something is under way.
    case coming
    /// An attempt has failed; why.
    case away(String)
    /// The token is not accepted; Home Assistant's words.
    case refused(String)
}

/// What `HomeLink` must do.
enum HomeOrder: Sendable, Equatable {
    /// Open a socket; its events follow.
    case open
    case send(JSONValue)
    /// Drop the socket; no more of it is wanted.
    case drop
    /// Ring at this moment instead of the one set before; nil: not at all.
    case alarm(Int64?)
    case publish(HomeDirectory)
    /// Tell the waiting calls the state of the connection.
    case tell(HomeConnectionState)
    case settle(Int, HomeCallEnd)
    /// Into the log.
    case note(String)
}

/// The WebSocket API of Home Assistant, seen from a client that lists entities and calls services
/// (developers.home-assistant.io/docs/api/websocket).
///
///     asleep ─want─► opening ─opened─► greeting ─auth_required─► proving ─auth_ok─► loading
///        resting ◄──────────── ended, too slow ─────────────────────────┘  │     ready ◄─┘
///        refused ◄─ auth_invalid
///
/// States are not subscribed to: a home with a power meter changes many a second, and each change
/// would wake the processor; they are requested when a call needs them. Only the registries
/// announce their own changes, which lead to a new directory.
///
/// A value without clock and I/O: moments (nanoseconds) come with the events.
struct HomeMachine: Sendable {
    /// The greeting, the proof and the first lists may take this time together.
    static let loadingPatience: Int64 = 20_000_000_000
    /// Changes of the registries come in groups; the lists are requested once, this long after the
    /// first.
    static let gatheringTime: Int64 = 1_000_000_000
    /// The first wait after a failure, which doubles, and its limit.
    static let firstRest: Int64 = 1_000_000_000
    static let longestRest: Int64 = 60_000_000_000
    /// A new call ends a rest whose attempt began longer ago than this.
    static let leastRest: Int64 = 1_000_000_000
    /// A refused token is not sent again before this: Home Assistant bans addresses for
    /// failed attempts.
    static let refusalRest: Int64 = 600_000_000_000
    /// A connection that lasted this long resets the back-off.
    static let stable: Int64 = 30_000_000_000
    /// Lists that are younger than this are not requested again because of a missing name.
    static let youth: Int64 = 10_000_000_000
    /// At most this many calls run at once; more are refused.
    static let callLimit = 32
    /// Aliases are requested for at most this many entities.
    static let aliasLimit = 1000

    private static let subscriptions = [
        "area_registry_updated", "device_registry_updated", "entity_registry_updated",
        "label_registry_updated",
    ]

    enum Phase: Sendable, Equatable {
        case asleep
        case opening
        case greeting
        case proving
        case loading
        case ready
        case resting(until: Int64)
        case refused(until: Int64, String)
    }

    /// The request that an answer belongs to.
    enum Question: Sendable, Equatable {
        case list(HomeRegistries.List)
        case aliases
        case subscription
        case call(Int)
    }

    private(set) var phase = Phase.asleep
    private let exposure: HomeExposure
    private var nextID = 1
    private var questions: [Int: Question] = [:]
    private var registries = HomeRegistries()
    /// When to request the lists again; nil: not at all.
    private var refreshAt: Int64?
    /// The time-out of what is under way.
    private var tooLateAt: Int64?
    private var backoff = Backoff(first: Self.firstRest, longest: Self.longestRest)
    private var lastAttempt: Int64 = 0
    private var lastLoading: Int64 = 0
    private var readySince: Int64 = 0
    private var lastTrouble = ""
    private var isReportedAway = false
    private var reportedRefusal: String?

    /// A machine for what these lists expose; nothing happens before `want`.
    init(_ exposure: HomeExposure) {
        self.exposure = exposure
    }

    /// The state of the connection.
    var standing: HomeConnectionState {
        switch phase {
        case .ready: .ready
        case .refused(_, let words): .refused(words)
        case .resting: .away(lastTrouble)
        case .asleep, .opening, .greeting, .proving, .loading: .coming
        }
    }

    // MARK: - What is wanted

    /// A call needs the home: connects, or tries again before the rest is over.
    mutating func want(at now: Int64) -> [HomeOrder] {
        switch phase {
        case .asleep: return attempt(at: now)
        case .resting where now - lastAttempt >= Self.leastRest: return attempt(at: now)
        case .refused(let until, _) where now >= until: return attempt(at: now)
        case .resting, .refused, .opening, .greeting, .proving, .loading, .ready: return []
        }
    }

    /// Requests the lists again, as a name was not found in them.
    mutating func refresh(at now: Int64) -> [HomeOrder] {
        guard phase == .ready, !isLoading, now - lastLoading >= Self.youth else { return [] }
        refreshAt = nil
        return load(at: now) + [alarm]
    }

    /// Calls a service on entities; `ticket` comes back with the end.
    mutating func call(
        _ service: HomeService, on entities: [String], ticket: Int
    ) -> [HomeOrder] {
        guard phase == .ready else { return [.settle(ticket, .refused("not connected"))] }
        guard questions.count < Self.callLimit else {
            return [.settle(ticket, .refused("too many calls at once"))]
        }
        return [
            ask(
                .call(ticket), "call_service",
                [
                    "domain": .string(service.domain), "service": .string(service.service),
                    "service_data": .object(service.data),
                    "target": ["entity_id": .array(entities.map { .string($0) })],
                ])
        ]
    }

    /// The caller of a service no longer waits; what was done cannot be undone.
    mutating func forget(ticket: Int) {
        questions = questions.filter { $0.value != .call(ticket) }
    }

    /// The program ends.
    mutating func end() -> [HomeOrder] {
        defer { phase = .asleep }
        return letGo("the program ends") + [.drop, .alarm(nil)]
    }

    // MARK: - What happens

    /// The socket is open; Home Assistant speaks first.
    mutating func opened() -> [HomeOrder] {
        guard phase == .opening else { return [] }
        phase = .greeting
        return []
    }

    /// A message has come; `token` is called when the token must be sent.
    mutating func received(
        _ message: JSONValue, at now: Int64, random: Double, token: () -> Result<Secret, any Error>
    ) -> [HomeOrder] {
        let type = message["type"]?.string ?? ""
        switch (phase, type) {
        case (.greeting, "auth_required"):
            return prove(token(), at: now, random: random)
        case (.proving, "auth_ok"):
            phase = .loading
            reportedRefusal = nil
            return Self.subscriptions.map { event in
                ask(.subscription, "subscribe_events", ["event_type": .string(event)])
            } + load(at: now) + [alarm]
        case (.proving, "auth_invalid"):
            return refuse(message["message"]?.string ?? "no reason given", at: now)
        case (.loading, "result"), (.ready, "result"):
            return answered(message, at: now)
        case (.loading, "event"), (.ready, "event"):
            // Only changes of the registries were subscribed to; a further one does not postpone
            // the refresh.
            if refreshAt == nil { refreshAt = now + Self.gatheringTime }
            return [alarm]
        default: return []
        }
    }

    /// The socket was closed, or never opened.
    mutating func ended(_ trouble: String, at now: Int64, random: Double) -> [HomeOrder] {
        switch phase {
        case .asleep, .resting, .refused: return []
        case .opening, .greeting, .proving, .loading, .ready: break
        }
        // A connection that ends at once counts as a failure.
        if phase == .ready, now - readySince >= Self.stable { backoff.reset() }
        return rest(trouble, at: now, random: random)
    }

    /// The alarm rings.
    mutating func alarmed(at now: Int64, random: Double) -> [HomeOrder] {
        if case .resting(let until) = phase, until <= now { return attempt(at: now) }
        if let tooLateAt, tooLateAt <= now {
            return [.drop] + rest("it did not answer in time", at: now, random: random)
        }
        if let refreshAt, refreshAt <= now, phase == .ready, !isLoading {
            self.refreshAt = nil
            return load(at: now) + [alarm]
        }
        return [alarm]
    }

    // MARK: - Details

    private mutating func attempt(at now: Int64) -> [HomeOrder] {
        phase = .opening
        lastAttempt = now
        nextID = 1
        tooLateAt = now + Self.loadingPatience
        return [.open, alarm]
    }

    private mutating func prove(
        _ token: Result<Secret, any Error>, at now: Int64, random: Double
    ) -> [HomeOrder] {
        switch token {
        case .success(let token):
            phase = .proving
            return [
                .send(["type": "auth", "access_token": .string(token.revealed)])
            ]
        case .failure(let error):
            return [.drop] + rest("\(error)", at: now, random: random)
        }
    }

    private mutating func refuse(_ words: String, at now: Int64) -> [HomeOrder] {
        phase = .refused(until: now + Self.refusalRest, words)
        tooLateAt = nil
        refreshAt = nil
        var orders: [HomeOrder] = [.drop, .alarm(nil), .tell(standing)]
        if reportedRefusal != words {
            reportedRefusal = words
            orders.append(
                .note("Home Assistant does not accept the token (\(words)): make a new one there"))
        }
        return orders
    }

    private mutating func rest(_ trouble: String, at now: Int64, random: Double) -> [HomeOrder] {
        lastTrouble = trouble
        let orders = letGo(trouble)
        phase = .resting(until: now + backoff.failed(random: random))
        tooLateAt = nil
        refreshAt = nil
        guard !isReportedAway else { return orders + [alarm, .tell(standing)] }
        isReportedAway = true
        return orders + [alarm, .tell(standing), .note("Home Assistant is away: \(trouble)")]
    }

    /// Calls that wait for an answer get none.
    private mutating func letGo(_ trouble: String) -> [HomeOrder] {
        let tickets = questions.values.compactMap { question in
            if case .call(let ticket) = question { ticket } else { nil }
        }
        questions = [:]
        return tickets.sorted().map { .settle($0, .unknown(trouble)) }
    }

    private var alarm: HomeOrder {
        if case .resting(let until) = phase { return .alarm(until) }
        return .alarm([refreshAt, tooLateAt].compactMap { $0 }.min())
    }

    private mutating func ask(
        _ question: Question, _ type: String, _ members: JSONObject = [:]
    ) -> HomeOrder {
        // Each id must be greater than the one before.
        let id = nextID
        nextID += 1
        questions[id] = question
        var message: JSONObject = ["id": .int(Int64(id)), "type": .string(type)]
        for (name, value) in members { message[name] = value }
        return .send(.object(message))
    }

    // MARK: - The lists

    /// Whether lists or aliases are on their way.
    private var isLoading: Bool {
        questions.values.contains { question in
            switch question {
            case .list, .aliases: true
            case .subscription, .call: false
            }
        }
    }

    private mutating func load(at now: Int64) -> [HomeOrder] {
        tooLateAt = now + Self.loadingPatience
        lastLoading = now
        return HomeRegistries.List.allCases.map { ask(.list($0), $0.rawValue) }
    }

    private mutating func answered(_ message: JSONValue, at now: Int64) -> [HomeOrder] {
        guard let id = message["id"]?.int, let question = questions.removeValue(forKey: Int(id))
        else { return [] }
        let isDone = message["success"]?.bool ?? false
        let words = message["error"]?["message"]?.string ?? "no reason given"
        switch question {
        case .subscription: return []
        case .call(let ticket): return [.settle(ticket, isDone ? .done : .refused(words))]
        case .list(let list):
            // An older Home Assistant has no labels, and a user may not see everything.
            registries.take(list, isDone ? message["result"] ?? .null : .array([]))
            return isLoading ? [] : loaded(at: now)
        case .aliases:
            registries.takeAliases(isDone ? message["result"] ?? .null : .null)
            return finish(at: now)
        }
    }

    /// All lists have come; aliases, which no list has, are requested for the exposed entities
    /// only.
    private mutating func loaded(at now: Int64) -> [HomeOrder] {
        let names = registries.registered(registries.directory(exposure)).prefix(Self.aliasLimit)
        guard !names.isEmpty else { return finish(at: now) }
        return [
            ask(
                .aliases, "config/entity_registry/get_entries",
                ["entity_ids": .array(names.map { .string($0) })])
        ]
    }

    private mutating func finish(at now: Int64) -> [HomeOrder] {
        tooLateAt = nil
        let directory = registries.directory(exposure)
        registries = HomeRegistries()
        let isFirst = phase == .loading
        if isFirst { readySince = now }
        phase = .ready
        var orders: [HomeOrder] = [.publish(directory), .tell(.ready), alarm]
        if directory.leftOut > 0, isFirst {
            orders.append(
                .note(
                    "\(directory.leftOut) entities are left out beyond "
                        + "\(HomeDirectory.entityLimit): expose fewer"))
        }
        if isReportedAway {
            isReportedAway = false
            orders.append(.note("Home Assistant is back"))
        }
        return orders
    }
}
