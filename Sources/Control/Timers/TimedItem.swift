/// A length of time, which does not depend on changes of the wall clock.
///
/// Within one boot of the machine it uses the clock that cannot be set. After another boot only the
/// wall clock is left; if that is behind, as on a board without a real-time clock, the countdown
/// never becomes longer than its full length.
package struct Countdown: Sendable, Equatable {
    /// The full length (nanoseconds).
    package let length: Int64
    /// The boot of the machine that `dueBoot` belongs to.
    let life: String
    let dueBoot: Int64
    let dueWall: Int64

    /// A countdown that begins now.
    init(_ length: Int64, from now: Now) {
        self.length = length
        life = now.life
        dueBoot = now.boot.saturatingPlus(length)
        dueWall = now.wall.saturatingPlus(length)
    }

    init(length: Int64, life: String, dueBoot: Int64, dueWall: Int64) {
        self.length = length
        self.life = life
        self.dueBoot = dueBoot
        self.dueWall = dueWall
    }

    /// The time that is left (nanoseconds); below zero when it has passed.
    func left(at now: Now) -> Int64 {
        life == now.life
            ? dueBoot.saturatingMinus(now.boot) : dueWall.saturatingMinus(now.wall)
    }

    /// Whether it uses the clock that cannot be set.
    func isSteady(at now: Now) -> Bool { life == now.life }

    /// The wall clock's time at its end, if that clock is not set meanwhile.
    func due(at now: Now) -> Int64 { now.wall.saturatingPlus(left(at: now)) }

    /// The countdown with its end on the wall clock adjusted to that clock's present time.
    ///
    /// A difference of less than a second is not worth a write to the disk. After a boot in which
    /// the wall clock was never set, the full length passes again on the clock that cannot be set.
    func following(_ now: Now) -> Countdown {
        guard now.isWallSet || life == now.life else { return Countdown(length, from: now) }
        let wanted =
            life == now.life ? due(at: now) : min(dueWall, now.wall.saturatingPlus(length))
        guard wanted.saturatingMinus(dueWall).magnitude >= 1_000_000_000 else { return self }
        return Countdown(length: length, life: life, dueBoot: dueBoot, dueWall: wanted)
    }
}

/// A timer, an alarm or a reminder.
package struct TimedItem: Sendable, Equatable {
    /// The user's word for it.
    package enum Kind: String, Sendable, CaseIterable {
        case timer, alarm, reminder
    }

    /// When it rings.
    package enum Plan: Sendable, Equatable {
        /// When a length of time has passed.
        case after(Countdown)
        /// When the wall clock shows a time; then again on these days (0 is Sunday).
        case at(LocalTime, weekdays: Set<Int>)
    }

    /// The state of an item.
    package enum Phase: Sendable, Equatable {
        /// It waits for its time.
        case armed
        /// It rings, at most until the countdown ends.
        case ringing(Countdown)
        /// It rang, and rings again after this.
        case snoozed(Countdown)
    }

    /// The number that users may name it by; unique among the existing items.
    package let number: Int
    package let kind: Kind
    /// Empty: it has none.
    package var name: String
    /// The reminder's text; empty for other kinds.
    package var text: String
    package var plan: Plan
    package var phase: Phase = .armed

    /// Whether it rings now.
    package var isRinging: Bool { if case .ringing = phase { true } else { false } }

    /// Whether it depends on the wall clock.
    var isByClock: Bool { if case .at = plan { true } else { false } }

    /// Whether it repeats on other days.
    var isRepeated: Bool { if case .at(_, let days) = plan { !days.isEmpty } else { false } }

    /// The time of its next ring on the wall clock's present setting (nanoseconds); while it rings,
    /// when it stops by itself.
    package func due(at now: Now) -> Int64 {
        switch (phase, plan) {
        case (.ringing(let countdown), _), (.snoozed(let countdown), _),
            (.armed, .after(let countdown)):
            countdown.due(at: now)
        case (.armed, .at(let local, _)): now.zone.moment(of: local)
        }
    }

    /// Its countdown, if that uses the clock that cannot be set.
    func steadyCountdown(at now: Now) -> Countdown? {
        switch (phase, plan) {
        case (.ringing(let countdown), _), (.snoozed(let countdown), _),
            (.armed, .after(let countdown)):
            countdown.isSteady(at: now) ? countdown : nil
        case (.armed, .at): nil
        }
    }

    /// Adjusts its countdown to the wall clock.
    mutating func follow(_ now: Now) {
        switch (phase, plan) {
        case (.ringing(let countdown), _): phase = .ringing(countdown.following(now))
        case (.snoozed(let countdown), _): phase = .snoozed(countdown.following(now))
        case (.armed, .after(let countdown)):
            plan = .after(countdown.following(now))
        case (.armed, .at): break
        }
    }
}

/// An item that rang without an answer, or could not ring.
package struct MissedItem: Sendable, Equatable {
    /// Why it was missed.
    package enum Reason: String, Sendable, CaseIterable {
        /// It rang for its full time.
        case unanswered
        /// The device was off or suspended at its time, or the clock jumped over it.
        case off
    }

    package let number: Int
    package let kind: TimedItem.Kind
    package let name: String
    package let text: String
    /// When it should have been heard (nanoseconds since 1970, UTC).
    package let due: Int64
    package let reason: Reason
    /// Whether it depended on the wall clock.
    let isByClock: Bool

    /// An item that was missed at a moment.
    init(_ item: TimedItem, due: Int64, _ reason: Reason) {
        self.init(
            number: item.number, kind: item.kind, name: item.name, text: item.text, due: due,
            reason: reason, isByClock: item.isByClock)
    }

    init(
        number: Int, kind: TimedItem.Kind, name: String, text: String, due: Int64, reason: Reason,
        isByClock: Bool
    ) {
        self.number = number
        self.kind = kind
        self.name = name
        self.text = text
        self.due = due
        self.reason = reason
        self.isByClock = isByClock
    }
}

/// Everything that is stored.
package struct TimerList: Sendable, Equatable {
    /// In the order of their numbers.
    package var items: [TimedItem] = []
    /// The latest, oldest first.
    package var missed: [MissedItem] = []
    /// The number of the next item.
    package var nextNumber = 1
    /// What the disk has lost, in words for the user; nil: nothing is known to be lost.
    package var loss: String?

    /// An empty list.
    package init() {}
}
