package import Assistant

/// A user's day with the device, and what goes wrong in it, all derived from one seed.
package struct Day: Sendable {
    /// What the user does.
    package enum Deed: Sendable, Equatable {
        /// Holds the button for this time, or in hands-free mode talks for it (nanoseconds).
        case talk(for: Int64)
        /// Makes a noise for this time that the device takes for a voice, but the service does not
        /// (nanoseconds).
        case cough(for: Int64)
        /// Wants silence.
        case stop
        /// Mutes the microphone for this time, in one of three ways (nanoseconds).
        case mute(Muting, for: Int64)
        /// Makes the device listen by a remote request, and talks for this time; 0: not at all
        /// (nanoseconds).
        case listen(for: Int64)
        /// Makes the device speak the announcement with this number.
        case say(Int)
        /// Sets a timer of this number of seconds, perhaps with a text to speak when it rings.
        case timer(Int64, isReminder: Bool)
        /// Answers a ringing alarm or timer with a press.
        case press
    }

    /// How the microphone is muted.
    package enum Muting: Sendable, CaseIterable {
        /// By hand, a toggle.
        case toggle
        /// By words: until a press, or the time.
        case words
        /// By the hardware switch, which shuts the microphone's own gate.
        case hardware
    }

    /// What goes wrong outside of the service.
    package enum Trouble: Sendable, Equatable {
        case service(Fault)
        /// The connection breaks for both ends.
        case reset
        /// No packet gets through for this time (nanoseconds).
        case outage(Int64)
        /// The service refuses connections for this time (nanoseconds).
        case refusal(Int64)
        /// A client that connects within this time is never set up (nanoseconds).
        case mute(Int64)
        /// The connection breaks, and for this time the service refuses every handle with an
        /// internal error (nanoseconds).
        case lameHandle(Int64)
        /// The microphone is removed for this time, and comes back with other periods
        /// (nanoseconds).
        case noMicrophone(Int64)
        /// The loudspeaker is removed for this time (nanoseconds).
        case noSpeaker(Int64)
        /// The program crashes, and restarts after this time (nanoseconds).
        case crash(Int64)
        /// The program is stopped in order, and restarts at once.
        case reload
        /// The service repeats its latest call.
        case repeatedCall
        /// For this time the service announces to each new connection, as soon as it is set up,
        /// that it will end after `timeLeft` (nanoseconds).
        case emptying(Int64, timeLeft: Int64)
        /// The service reports that the day's quota is spent.
        case quota

        /// Whether the device can recover without the user noticing.
        var isMended: Bool {
            switch self {
            case .reset, .lameHandle: true
            case .outage, .refusal, .mute, .noMicrophone, .noSpeaker, .crash, .reload, .emptying,
                .quota:
                false
            case .repeatedCall: true
            case .service(let fault):
                switch fault {
                case .goAway, .stall, .emptyFrame, .garbage, .delayPongs, .expireHandles,
                    .refuseResumption:
                    true
                default: false
                }
            }
        }

        /// Whether the service's messages may be late.
        var holdsBack: Bool {
            switch self {
            case .outage, .refusal, .mute: true
            case .service(.stall), .service(.halfOpen), .service(.stopReading): true
            default: false
            }
        }
    }

    package let seed: UInt64
    package var mode: TurnMode
    /// One of the simulated service's models.
    package var model: String
    /// Whether the button's presses mean several things.
    package var hasGestures: Bool
    /// When the key for the service becomes available (nanoseconds); 0: from the beginning.
    package var keyAt: Int64 = 0
    package var deeds: [(at: Int64, deed: Deed)]
    package var troubles: [(at: Int64, trouble: Trouble)]
    /// When the world calms down (nanoseconds).
    package var end: Int64

    /// A day of some minutes.
    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed)
        mode = TurnMode.allCases.randomElement(using: &random) ?? .hold
        var other = SeededRandom(seed, stream: 6)
        model = Self.models.randomElement(using: &other) ?? ""
        hasGestures = other.chance(50)
        end = random.milliseconds(10_000...70_000)
        deeds = []
        var time = random.milliseconds(0...3_000)
        while time < end {
            let length =
                random.chance(90) ? random.milliseconds(250...2_500) : random.milliseconds(20...250)
            deeds.append((time, .talk(for: length)))
            if random.chance(5) {
                deeds.append((time + length + random.milliseconds(0...3_000), .stop))
            }
            // Some users wait for the answer, some do not, and some come back after a while.
            let pause =
                random.chance(20)
                ? random.milliseconds(50...1_500)
                : random.chance(85)
                    ? random.milliseconds(2_000...12_000) : random.milliseconds(20_000...90_000)
            // Between the answer's beginning and the next words.
            if mode == .handsFree, pause >= 5_000_000_000, random.chance(50) {
                deeds.append(
                    (
                        time + length + random.milliseconds(1_200...2_000),
                        .cough(for: random.milliseconds(100...400))
                    ))
            }
            time += length + pause
        }
        deeds.sort { $0.at < $1.at }
        troubles = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let trouble = Self.trouble(&random)
            var at = random.milliseconds(0...(end / 1_000_000))
            // Half of the troubles happen near the user's words, where they matter most.
            if random.chance(50), let (start, deed) = deeds.randomElement(using: &random),
                case .talk(let length) = deed
            {
                at = start + (random.chance(50) ? length : 0) + random.milliseconds(0...300)
            }
            troubles.append((at, trouble))
        }
        addLife(&other)
        var third = SeededRandom(seed, stream: 8)
        addRefusals(&third)
        troubles.sort { $0.at < $1.at }
        deeds.sort { $0.at < $1.at }
    }

    /// The models that converse.
    private static let models = [
        "gemini-3.8-live", "gemini-3.8-live-extended-thinking", "gemini-3.1-flash-live-preview",
        "gemini-2.5-flash-native-audio-preview-12-2025",
    ]

    /// Adds other uses of the device, and other troubles.
    private mutating func addLife(_ random: inout SeededRandom) {
        func someTime() -> Int64 { random.milliseconds(0...(end / 1_000_000)) }
        for number in 0..<Int.random(in: 0...2, using: &random) where random.chance(50) {
            deeds.append((someTime(), .say(number)))
        }
        if random.chance(25) {
            let way = Muting.allCases.randomElement(using: &random) ?? .toggle
            deeds.append((someTime(), .mute(way, for: random.milliseconds(300...8_000))))
        }
        if random.chance(20) {
            let length = random.chance(70) ? random.milliseconds(500...3_000) : 0
            deeds.append((someTime(), .listen(for: length)))
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) where random.chance(40) {
            let (at, seconds) = (someTime(), Int64.random(in: 1...30, using: &random))
            deeds.append((at, .timer(seconds, isReminder: random.chance(40))))
            if random.chance(60) {
                let patience = random.milliseconds(200...9_000)
                deeds.append((at + seconds * 1_000_000_000 + patience, .press))
            }
        }
        if mode != .handsFree, random.chance(6) {
            keyAt = random.milliseconds(500...20_000)
            // The user presses once the key is available.
            deeds.append((max(end, keyAt) + 3_000_000_000, .talk(for: 2_000_000_000)))
            end = max(end, keyAt) + 6_000_000_000
        }
        for _ in 0..<2 where random.chance(15) {
            let trouble: Trouble =
                switch Int.random(in: 0..<5, using: &random) {
                case 0: .noMicrophone(random.milliseconds(300...6_000))
                case 1: .noSpeaker(random.milliseconds(300...6_000))
                case 2: .crash(random.milliseconds(100...4_000))
                case 3: .reload
                default: .repeatedCall
                }
            troubles.append((someTime(), trouble))
        }
    }

    /// Adds a service that asks the device to wait.
    private mutating func addRefusals(_ random: inout SeededRandom) {
        func someTime() -> Int64 { random.milliseconds(0...(end / 1_000_000)) }
        if random.chance(5) {
            let isSoon = random.chance(50)
            let left = random.milliseconds(isSoon ? 1_000...3_000 : 6_000...40_000)
            let length = random.milliseconds(3_000...40_000)
            troubles.append((someTime(), .emptying(length, timeLeft: left)))
        }
        if random.chance(3) { troubles.append((someTime(), .quota)) }
    }

    private static func trouble(_ random: inout SeededRandom) -> Trouble {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return .reset
        case 10: return .mute(random.milliseconds(200...5_000))
        case 11: return .lameHandle(random.milliseconds(5_000...60_000))
        case 2: return .outage(random.milliseconds(200...15_000))
        case 3: return .refusal(random.milliseconds(200...8_000))
        case 4:
            return .service(.goAway(timeLeft: .seconds(Int64.random(in: 1...20, using: &random))))
        case 5:
            let closes: [KnownClose] = [
                .normal, .internalError, .unavailable, .deadlineExpired, .aborted, .cancelled,
                .audioContentType, .notImplemented, .entityNotFound,
            ]
            let close = closes.randomElement(using: &random) ?? .normal
            return .service(.close(code: close.code, reason: close.reason))
        case 6:
            return .service(
                [
                    Fault.expireHandles, .refuseResumption(.notFound), .refuseResumption(.expired),
                    .refuseResumption(.invalid), .refuseResumption(.stillOpen),
                ].randomElement(using: &random) ?? .expireHandles)
        case 7: return .service(.halfOpen(held: .seconds(1)))
        case 8:
            return .service(
                [
                    Fault.stall(.seconds(Int64.random(in: 1...40, using: &random))),
                    .delayPongs(.seconds(8)), .stopReading(.seconds(2)),
                    .garbage(.truncated), .emptyFrame, .residualInterruption, .staleSound,
                    .prematureTurnComplete, .soundlessTurn, .repeatedTurn,
                ].randomElement(using: &random) ?? .emptyFrame)
        default: return .service(.cancelCalls)
        }
    }
}
