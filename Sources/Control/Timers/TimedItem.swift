/// A length of time that passes whatever is done to the wall clock.
///
/// Within one start of the machine it goes by the clock that nothing sets. After another start the
/// wall clock is all that is left to go by; one that stands behind, as on a board without a clock
/// of its own, makes it no longer than it ever was.
package struct Countdown: Sendable, Equatable {
    /// All of it, when it began (nanoseconds).
    package let length: Int64
    /// The start of the machine that `dueBoot` belongs to.
    let life: String
    let dueBoot: Int64
    let dueWall: Int64

    /// Begins now.
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

    /// What is left of it (nanoseconds); below zero when it has passed.
    func left(at now: Now) -> Int64 {
        life == now.life
            ? dueBoot.saturatingMinus(now.boot) : dueWall.saturatingMinus(now.wall)
    }

    /// Whether it goes by the clock that nothing sets.
    func isSteady(at now: Now) -> Bool { life == now.life }

    /// What the wall clock shows at its end, if nobody sets it.
    func due(at now: Now) -> Int64 { now.wall.saturatingPlus(left(at: now)) }

    /// The same with the wall clock's idea of its end in line with what that clock shows now.
    ///
    /// A difference of less than a second is not worth a write to the disk. After a start at which
    /// the wall clock was never set, all of it passes anew by the clock that nothing sets.
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
    /// What people call it.
    package enum Kind: String, Sendable, CaseIterable {
        case timer, alarm, reminder
    }

    /// When it rings.
    package enum Plan: Sendable, Equatable {
        /// When a time has passed.
        case after(Countdown)
        /// When the clock on the wall shows a time; then again on these days (0 is Sunday).
        case at(LocalTime, weekdays: Set<Int>)
    }

    /// How far it has come.
    package enum Phase: Sendable, Equatable {
        /// It waits for its time.
        case armed
        /// It rings, for this time at most.
        case ringing(Countdown)
        /// It rang, and will again after this.
        case snoozed(Countdown)
    }

    /// What people may call it by; unique among those that are there.
    package let number: Int
    package let kind: Kind
    /// Empty: it has none.
    package var name: String
    /// What is to be remembered; empty but for reminders.
    package var text: String
    package var plan: Plan
    package var phase: Phase = .armed

    /// Whether it rings now.
    package var isRinging: Bool { if case .ringing = phase { true } else { false } }

    /// Whether it goes by the clock on the wall.
    var isByClock: Bool { if case .at = plan { true } else { false } }

    /// Whether it comes again on other days.
    var isRepeated: Bool { if case .at(_, let days) = plan { !days.isEmpty } else { false } }

    /// The moment of its next ring by the wall clock, as that stands now (nanoseconds); while it
    /// rings, when it stops by itself.
    package func due(at now: Now) -> Int64 {
        switch (phase, plan) {
        case (.ringing(let countdown), _), (.snoozed(let countdown), _),
            (.armed, .after(let countdown)):
            countdown.due(at: now)
        case (.armed, .at(let local, _)): now.zone.moment(of: local)
        }
    }

    /// The clock that decides when it is looked at next.
    func steadyCountdown(at now: Now) -> Countdown? {
        switch (phase, plan) {
        case (.ringing(let countdown), _), (.snoozed(let countdown), _),
            (.armed, .after(let countdown)):
            countdown.isSteady(at: now) ? countdown : nil
        case (.armed, .at): nil
        }
    }

    /// Brings its countdown in line with the wall clock.
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

/// Something that rang unheard, or could not ring.
package struct MissedItem: Sendable, Equatable {
    /// Why nobody heard it.
    package enum Reason: String, Sendable, CaseIterable {
        /// It rang for as long as it may.
        case unanswered
        /// The device was off, or asleep, when its time came, or the clock jumped over it.
        case off
    }

    package let number: Int
    package let kind: TimedItem.Kind
    package let name: String
    package let text: String
    /// When it should have been heard (nanoseconds since 1970, UTC).
    package let due: Int64
    package let reason: Reason
    /// Whether it went by the clock on the wall.
    let isByClock: Bool

    /// An item that was not heard at a moment.
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

/// All that is to be kept.
package struct TimerList: Sendable, Equatable {
    /// In the order of their numbers.
    package var items: [TimedItem] = []
    /// The latest, oldest first.
    package var missed: [MissedItem] = []
    /// The number of the next item.
    package var nextNumber = 1
    /// What the disk has lost, in words for the user; nil: nothing that is known of.
    package var loss: String?

    /// Nothing.
    package init() {}
}
