package import Assistant

/// A user's day with the device, and what goes wrong in it; all of it follows from one seed.
package struct Day: Sendable {
    /// What the user does.
    package enum Deed: Sendable, Equatable {
        /// Holds the button for so long, or talks for so long where there is none (nanoseconds).
        case talk(for: Int64)
        /// Makes a noise for so long that the device takes for a voice, and the service does not
        /// (nanoseconds).
        case cough(for: Int64)
        /// Wants silence.
        case stop
    }

    /// What goes wrong outside of the service.
    package enum Trouble: Sendable, Equatable {
        case service(Fault)
        /// The line breaks for both ends.
        case reset
        /// No packet goes anywhere for so long (nanoseconds).
        case outage(Int64)
        /// Nobody listens for so long (nanoseconds).
        case refusal(Int64)
        /// Whoever connects within so long is never set up (nanoseconds).
        case mute(Int64)
        /// The line breaks, and for so long the service refuses every handle and blames itself
        /// (nanoseconds).
        case lameHandle(Int64)

        /// Whether an answer may have no sound because of it.
        var silencesAnswers: Bool {
            switch self {
            case .service(.soundlessTurn), .service(.cancelCalls): true
            default: false
            }
        }

        /// Whether all that it breaks can be mended before the user hears of it.
        var isMended: Bool {
            switch self {
            case .reset, .lameHandle: true
            case .outage, .refusal, .mute: false
            case .service(let fault):
                switch fault {
                case .goAway, .stall, .emptyFrame, .garbage, .delayPongs, .expireHandles,
                    .refuseResumption:
                    true
                default: false
                }
            }
        }

        /// Whether what the service says may not arrive in time.
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
    package var deeds: [(at: Int64, deed: Deed)]
    package var troubles: [(at: Int64, trouble: Trouble)]
    /// When the world calms down (nanoseconds).
    package var end: Int64

    /// A day of some minutes.
    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed)
        mode = TurnMode.allCases.randomElement(using: &random) ?? .hold
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
            // Some wait for the answer, some do not, and some come back after a while.
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
            // Most of what matters goes wrong while something is said.
            if random.chance(50), let (start, deed) = deeds.randomElement(using: &random),
                case .talk(let length) = deed
            {
                at = start + (random.chance(50) ? length : 0) + random.milliseconds(0...300)
            }
            troubles.append((at, trouble))
        }
        troubles.sort { $0.at < $1.at }
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
