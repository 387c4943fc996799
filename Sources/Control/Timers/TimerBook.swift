package import Configuration

/// Timers, alarms and reminders: the items, which of them ring, and which were missed.
///
/// A value without clock, disk or sound: the time comes with each event. Its owner stores `list`
/// after each event, plays a sound for the items in `ringing`, and calls `advance` at `wake`.
/// ```
///            set                 time          dismissed, or rang too long
///   (none) ------> armed ----------------> ringing ------------------> gone, or armed for the
///                    ^                      |   ^                       next of its days
///                    |          snoozed     v   | time
///                    +---- change --------- snoozed
/// ```
package struct TimerBook: Sendable {
    /// The limits of the list, and of ringing.
    package struct Settings: Sendable, Equatable {
        /// Items at one time.
        package var itemLimit = 64
        /// Missed items that are remembered.
        package var missedLimit = 16
        /// An item stops ringing by itself after this (seconds).
        package var ringSeconds: Int
        /// An item that is overdue for longer, because the device was off, does not ring any more
        /// (seconds).
        package var lateSeconds: Int
        /// The default length of a snooze (seconds).
        package var snoozeSeconds: Int

        /// The owner's settings.
        package init(_ settings: Configuration.Settings = Configuration.Settings()) {
            ringSeconds = settings[Keys.timers.ring]
            lateSeconds = settings[Keys.timers.late]
            snoozeSeconds = settings[Keys.timers.snooze]
        }
    }

    /// The limits of a name and of a reminder's text (characters).
    package static let nameLimit = 100
    package static let textLimit = 500
    /// The longest timer (seconds): a week.
    package static let longestSeconds: Int64 = 7 * 86_400
    /// The farthest alarm (days): ten years.
    package static let farthestDays = 3653
    /// The farthest next time of a repeated alarm (days): a week, and one day for clocks that are
    /// set back.
    private static let repetitionDays: Int64 = 8
    /// A missed time that is at least this far in the future (nanoseconds) was missed by a wrong
    /// clock.
    private static let revivalNanoseconds: Int64 = 1_000_000_000

    package private(set) var list: TimerList
    package let settings: Settings

    /// A book with a stored list.
    package init(_ list: TimerList, settings: Settings) {
        self.list = list
        self.settings = settings
    }

    // MARK: - Time

    /// Time has passed, or a clock was set; due items start to ring.
    package mutating func advance(to now: Now) {
        revive(now)
        var kept: [TimedItem] = []
        for var item in list.items {
            item.follow(now)
            mend(&item, now)
            if let item = advanced(item, now) { kept.append(item) }
        }
        list.items = kept
    }

    /// An item that a wrong clock passed over, and whose time is still to come, was not missed: it
    /// is armed again.
    private mutating func revive(_ now: Now) {
        guard now.isWallSet else { return }
        let limit = now.wall.saturatingPlus(Self.revivalNanoseconds)
        let early = list.missed.filter { $0.reason == .off && $0.isByClock && $0.due > limit }
        guard !early.isEmpty else { return }
        list.missed.removeAll { early.contains($0) }
        for missed in early {
            let local = now.zone.localTime(at: missed.due)
            guard let place = list.items.firstIndex(where: { $0.number == missed.number }),
                list.items[place].kind == missed.kind
            else {
                restore(missed, local)
                continue
            }
            // The same alarm, armed for a later day than the one that it is brought back to.
            guard list.items[place].phase == .armed,
                case .at(let later, let weekdays) = list.items[place].plan, local < later
            else { continue }
            list.items[place].plan = .at(local, weekdays: weekdays)
        }
        list.items.sort { $0.number < $1.number }
    }

    private mutating func restore(_ missed: MissedItem, _ local: LocalTime) {
        let isTaken = list.items.contains { $0.number == missed.number }
        let number = isTaken ? list.nextNumber : missed.number
        list.nextNumber = max(list.nextNumber, number + 1)
        list.items.append(
            TimedItem(
                number: number, kind: missed.kind, name: missed.name, text: missed.text,
                plan: .at(local, weekdays: [])))
    }

    /// A repeated alarm that was advanced by a clock far in the future is brought back; a clock
    /// that was never set moves nothing.
    private func mend(_ item: inout TimedItem, _ now: Now) {
        guard now.isWallSet, item.phase == .armed, case .at(let local, let weekdays) = item.plan,
            !weekdays.isEmpty, local.dayNumber - now.local.dayNumber > Self.repetitionDays
        else { return }
        let next = Self.next(
            secondOfDay: local.secondOfDay, on: weekdays, after: now.local, now)
        item.plan = .at(next, weekdays: weekdays)
    }

    /// The item after the time has passed; nil when it is over.
    private mutating func advanced(_ item: TimedItem, _ now: Now) -> TimedItem? {
        var item = item
        let due = item.due(at: now)
        let late = now.wall.saturatingMinus(due)
        guard late >= 0 else { return item }
        // The wall clock is not set yet, so it cannot decide about items that depend on it.
        if !now.isWallSet, item.phase == .armed, item.isByClock { return item }
        switch item.phase {
        case .ringing:
            miss(item, due: due, .unanswered)
            return over(item, now)
        case .armed, .snoozed:
            guard late <= Int64(settings.lateSeconds) * 1_000_000_000 else {
                // No item can have been set for a time before clocks were set.
                if !item.isByClock || Now.isPlausible(due) { miss(item, due: due, .off) }
                return over(item, now)
            }
            item.phase = .ringing(
                Countdown(Int64(settings.ringSeconds) * 1_000_000_000, from: now))
            return item
        }
    }

    /// An item that has finished ringing: with its next time, if it has one.
    private func over(_ item: TimedItem, _ now: Now) -> TimedItem? {
        guard case .at(let local, let weekdays) = item.plan, !weekdays.isEmpty else { return nil }
        var item = item
        // After this time even if the clock has been set back since.
        let next = Self.next(
            secondOfDay: local.secondOfDay, on: weekdays, after: max(local, now.local), now)
        item.plan = .at(next, weekdays: weekdays)
        item.phase = .armed
        return item
    }

    private mutating func miss(_ item: TimedItem, due: Int64, _ reason: MissedItem.Reason) {
        list.missed.append(MissedItem(item, due: due, reason))
        list.missed = list.missed.suffix(settings.missedLimit)
    }

    /// The first time after another at which the clock shows a time of day on one of these days.
    static func next(
        secondOfDay: Int, on weekdays: Set<Int>, after: LocalTime, _ now: Now
    ) -> LocalTime {
        // A day on which the time has passed, and then seven others.
        let candidates = (0...8).map { after.at(secondOfDay: secondOfDay).adding(days: $0) }
        return candidates.first { candidate in
            candidate > after && (weekdays.isEmpty || weekdays.contains(candidate.weekday))
                && now.zone.moment(of: candidate) > now.wall
        } ?? candidates[8]
    }

    /// The items that ring now.
    package var ringing: [TimedItem] { list.items.filter(\.isRinging) }

    /// When `advance` must be called next, on each clock; nil: not because of that clock.
    package func wake(at now: Now) -> (wall: Int64?, boot: Int64?) {
        let boot = list.items.compactMap { $0.steadyCountdown(at: now)?.dueBoot }.min()
        let wall = list.items.filter { $0.steadyCountdown(at: now) == nil }
            .map { $0.due(at: now) }.min()
        return (wall, boot)
    }

    // MARK: - The user's requests

    /// Adds an item, which waits for its time.
    package mutating func add(
        _ kind: TimedItem.Kind, name: String, text: String, when: WantedTime, at now: Now
    ) throws(TimerProblem) -> TimedItem {
        guard list.items.count < settings.itemLimit else { throw .tooMany(settings.itemLimit) }
        if list.items.isEmpty { list.nextNumber = 1 }
        let item = TimedItem(
            number: list.nextNumber, kind: kind, name: Self.cut(name, Self.nameLimit),
            text: Self.cut(text, Self.textLimit), plan: try plan(when, at: now))
        list.items.append(item)
        list.nextNumber += 1
        return item
    }

    /// Gives an item another time or another name; one that rang is armed again.
    package mutating func change(
        _ number: Int, name: String?, text: String?, when: WantedTime?, at now: Now
    ) throws(TimerProblem) -> TimedItem {
        guard let index = list.items.firstIndex(where: { $0.number == number }) else {
            throw .unknown("\(number)")
        }
        var item = list.items[index]
        if let when {
            let plan = try plan(when, at: now, changing: item)
            if case .after(let countdown) = plan, item.isRepeated {
                // Later today; its days are kept.
                item.phase = .snoozed(countdown)
            } else {
                item.plan = plan
                item.phase = .armed
            }
        }
        if let name { item.name = Self.cut(name, Self.nameLimit) }
        if let text { item.text = Self.cut(text, Self.textLimit) }
        list.items[index] = item
        return item
    }

    /// Removes items, ringing or not; unknown numbers are ignored.
    package mutating func cancel(_ numbers: [Int]) {
        list.items.removeAll { numbers.contains($0.number) }
    }

    /// Stops the ringing of these items, or of all if nil; returns those that rang.
    package mutating func stopRinging(_ numbers: [Int]?, at now: Now) -> [TimedItem] {
        let stopped = ringing.filter { numbers?.contains($0.number) ?? true }
        list.items = list.items.compactMap { item in
            stopped.contains(item) ? over(item, now) : item
        }
        return stopped
    }

    /// Makes these items, or all if nil, ring again after a while; returns those that rang.
    package mutating func snooze(_ numbers: [Int]?, seconds: Int64?, at now: Now) -> [TimedItem] {
        let stopped = ringing.filter { numbers?.contains($0.number) ?? true }
        let length = (seconds ?? Int64(settings.snoozeSeconds)).saturatingTimes(1_000_000_000)
        for index in list.items.indices where stopped.contains(list.items[index]) {
            list.items[index].phase = .snoozed(Countdown(length, from: now))
        }
        return stopped
    }

    /// Makes items that rang and were dismissed ring again after a while; an existing repeated one
    /// is brought back from its next day.
    package mutating func putOff(_ items: [TimedItem], at now: Now) {
        let length = Int64(settings.snoozeSeconds) * 1_000_000_000
        for item in items {
            var number = item.number
            if let other = list.items.first(where: { $0.number == number }) {
                if other.isRepeated, other.kind == item.kind {
                    list.items.removeAll { $0.number == number }
                } else {
                    // The number belongs to another item by now.
                    number = list.nextNumber
                }
            }
            list.nextNumber = max(list.nextNumber, number + 1)
            list.items.append(
                TimedItem(
                    number: number, kind: item.kind, name: item.name, text: item.text,
                    plan: item.plan, phase: .snoozed(Countdown(length, from: now))))
        }
        list.items.sort { $0.number < $1.number }
    }

    /// Forgets what was missed and what was lost, after it has been announced.
    package mutating func forgetMissed() {
        list.missed = []
        list.loss = nil
    }

    /// Records that the disk has lost items, in words for the user.
    mutating func note(loss: String) { list.loss = loss }

    private func plan(
        _ when: WantedTime, at now: Now, changing item: TimedItem? = nil
    ) throws(TimerProblem) -> TimedItem.Plan {
        switch when {
        case .after(let seconds):
            guard (1...Self.longestSeconds).contains(seconds) else { throw .badLength }
            if case .at(_, let weekdays)? = item?.plan, !weekdays.isEmpty {
                throw .repeats(TimerWords.days(weekdays))
            }
            return .after(Countdown(seconds * 1_000_000_000, from: now))
        case .later(let seconds):
            // Changes the time that is left, or the time since it began to ring.
            guard let item else { throw .badLength }
            if case .at(let local, let weekdays) = item.plan, item.phase == .armed {
                let moved = LocalTime(reading: local.reading.saturatingPlus(seconds))
                guard now.zone.moment(of: moved) > now.wall else { throw .past(moved, now.local) }
                return .at(moved, weekdays: weekdays)
            }
            let left = item.isRinging ? 0 : max(0, item.due(at: now).saturatingMinus(now.wall))
            let length = left.saturatingPlus(seconds.saturatingTimes(1_000_000_000))
            guard length > 0, length <= Self.longestSeconds * 1_000_000_000 else {
                throw .badLength
            }
            return .after(Countdown(length, from: now))
        case .at(let secondOfDay, let date, let weekdays):
            guard now.isWallSet else { throw .clockNotSet }
            guard let date else {
                var weekdays = weekdays
                // A new time of day leaves the days unchanged.
                if weekdays.isEmpty, case .at(_, let days)? = item?.plan { weekdays = days }
                return .at(
                    Self.next(secondOfDay: secondOfDay, on: weekdays, after: now.local, now),
                    weekdays: weekdays)
            }
            let local = date.at(secondOfDay: secondOfDay)
            guard local.dayNumber - now.local.dayNumber <= Int64(Self.farthestDays) else {
                throw .tooFar
            }
            guard now.zone.moment(of: local) > now.wall else { throw .past(local, now.local) }
            if case .at(_, let days)? = item?.plan, !days.isEmpty, weekdays.isEmpty {
                throw .repeats(TimerWords.days(days))
            }
            return .at(local, weekdays: weekdays)
        }
    }

    private static func cut(_ text: String, _ limit: Int) -> String { String(text.prefix(limit)) }
}

/// The requested time of an item.
package enum WantedTime: Sendable, Equatable {
    /// A number of seconds from now.
    case after(Int64)
    /// A number of seconds later than before, or earlier if negative.
    case later(Int64)
    /// When the clock shows a time, in seconds after midnight: on a date, or otherwise the next
    /// time; then again on these weekdays (0 is Sunday).
    case at(Int, date: LocalTime?, weekdays: Set<Int>)
}
