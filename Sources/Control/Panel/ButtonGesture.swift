/// Recognises gestures in a button's presses and releases: hold, tap, double, long; and stuck.
///
/// ```
/// ____|‾‾‾‾‾‾‾‾‾‾‾‾‾|____   held to talk: at the press, or once it has been held for a while
/// ____|‾|________________   single: at the press if nothing longer is mapped, else when it is sure
/// ____|‾|__|‾|___________   double: the second press comes within a while after the release
/// ____|‾‾‾‾‾‾|~~~~~          long: once it has been held long enough, before the release
/// ```
/// It waits only for gestures that are mapped. If talking is recognised late, its event carries the
/// time of the press, so that the pre-roll has what was said meanwhile. A value without a clock:
/// nanoseconds of CLOCK_MONOTONIC come with the events.
package struct ButtonGesture: Sendable {
    /// What is mapped, and the times.
    package struct Settings: Sendable, Equatable {
        /// Talking lasts while the button is held; then `long` cannot be mapped.
        package var holdsToTalk = false
        package var hasSingle = false
        package var hasDouble = false
        package var hasLong = false
        /// How long it must be held to talk, if a shorter press has a meaning of its own.
        package var holdMilliseconds: Int
        /// The second press of a double comes within this time after the release.
        package var doubleMilliseconds: Int
        package var longMilliseconds: Int
        /// A button held longer than this is stuck.
        package var stuckMilliseconds: Int

        /// These times, and no gesture mapped.
        package init(
            holdMilliseconds: Int, doubleMilliseconds: Int, longMilliseconds: Int,
            stuckMilliseconds: Int
        ) {
            self.holdMilliseconds = holdMilliseconds
            self.doubleMilliseconds = doubleMilliseconds
            self.longMilliseconds = longMilliseconds
            self.stuckMilliseconds = stuckMilliseconds
        }
    }

    /// What was recognised; times are those of the press unless said otherwise.
    package enum Event: Sendable, Equatable {
        /// Talking begins.
        case talkBegan(at: Int64)
        /// Talking ends, at the release.
        case talkEnded(at: Int64)
        /// It went down, and the gesture is not known yet.
        ///
        /// The caller does at once what need not wait, such as silencing an answer, and then calls
        /// `useTouch`.
        case touched(at: Int64)
        case single(at: Int64)
        case double(at: Int64)
        case long(at: Int64)
        /// The press that answers a question was short (`answered`) or was held (`answerHeld`).
        case answered(at: Int64)
        case answerHeld(at: Int64)
        /// The press that silenced an alarm is held as long as a long press.
        case heldOn(since: Int64)
        /// It has been held for too long, and counts as released until it is released.
        case stuck(since: Int64)
    }

    /// What the caller used a touch for.
    package enum Use: Sendable, Equatable {
        /// It did what a tap would do; holding still means talking.
        case tap
        /// It did everything that this press will do.
        case whole
        /// It silenced an alarm; holding it snoozes the alarm instead.
        case dismissal
        /// It may answer a question with yes; holding it means no.
        case question
    }

    private enum State {
        case up
        /// Down, and the gesture is not known yet; `first` is the tap before it.
        case undecided(since: Int64, first: Tap?, isUsed: Bool)
        /// Up after a tap that may become a double.
        case waiting(first: Tap, until: Int64)
        case talking(since: Int64)
        /// Down, after it silenced an alarm.
        case dismissing(since: Int64)
        /// Down, to answer a question.
        case answering(since: Int64)
        /// Down, and its meaning has been reported.
        case decided(since: Int64)
        /// Stuck, which has been reported.
        case stuck
    }

    /// A short press; even if its touch was used it may be half of a double.
    private struct Tap {
        let at: Int64
        let isUsed: Bool

        var single: [Event] { isUsed ? [] : [.single(at: at)] }
    }

    private let settings: Settings
    private var state: State

    /// A button in its present state: if it is held already, that press is ignored.
    package init(_ settings: Settings, isDown: Bool, at time: Int64) {
        self.settings = settings
        state = isDown ? .decided(since: time) : .up
    }

    private var mayHoldLater: Bool { settings.hasSingle || settings.hasDouble }
    private var stuck: Int64 { Int64(settings.stuckMilliseconds) * 1_000_000 }
    private var hold: Int64 { Int64(settings.holdMilliseconds) * 1_000_000 }
    private var long: Int64 { Int64(settings.longMilliseconds) * 1_000_000 }
    private var gap: Int64 { Int64(settings.doubleMilliseconds) * 1_000_000 }

    /// When to call `advance` if no event comes before; nil: not at all.
    package var deadline: Int64? {
        switch state {
        case .up, .stuck: nil
        case .waiting(_, let until): until
        case .talking(let since), .decided(let since): since + stuck
        case .dismissing(let since), .answering(let since): since + long
        case .undecided(let since, _, _): since + decisive
        }
    }

    /// How long an undecided press may last.
    private var decisive: Int64 {
        if settings.holdsToTalk { return hold }
        return settings.hasLong ? long : stuck
    }

    /// It went down, or came up.
    package mutating func edge(isPress: Bool, at time: Int64) -> [Event] {
        // Time-outs come first, even if they are reported late.
        advance(to: time) + (isPress ? press(at: time) : release(at: time))
    }

    /// Time has passed.
    package mutating func advance(to time: Int64) -> [Event] {
        var events: [Event] = []
        // Each step goes to a state with a later deadline, or none.
        while let due = deadline, due <= time { events += expire(at: due) }
        return events
    }

    /// Reports what the touch was used for; called before the next event.
    package mutating func useTouch(_ use: Use) {
        switch (use, state) {
        case (.tap, .undecided(let since, let first, _)):
            state = .undecided(since: since, first: first, isUsed: true)
        case (.whole, .undecided(let since, _, _)):
            state = .decided(since: since)
        case (.dismissal, .undecided(let since, _, _)), (.dismissal, .talking(let since)),
            (.dismissal, .decided(let since)):
            state = .dismissing(since: since)
        case (.question, .undecided(let since, _, _)), (.question, .talking(let since)),
            (.question, .decided(let since)):
            state = .answering(since: since)
        default: break
        }
    }

    /// The line was lost or reopened: any gesture ends, and no question is answered by this.
    package mutating func reset(isDown: Bool, at time: Int64) -> [Event] {
        defer { state = isDown ? .decided(since: time) : .up }
        if case .talking = state { return [.talkEnded(at: time)] }
        return []
    }

    // MARK: - Details

    private mutating func press(at time: Int64) -> [Event] {
        switch state {
        case .undecided, .talking, .dismissing, .answering, .decided, .stuck:
            // Down twice: the release between them was lost, and its time is not known.
            return release(at: time) + press(at: time)
        case .waiting(let first, _):
            if settings.holdsToTalk || settings.hasLong {
                state = .undecided(since: time, first: first, isUsed: false)
                return []
            }
            state = .decided(since: time)
            return [.double(at: time)]
        case .up:
            if settings.holdsToTalk, !mayHoldLater {
                state = .talking(since: time)
                return [.talkBegan(at: time)]
            }
            if !settings.holdsToTalk, !settings.hasDouble, !settings.hasLong {
                state = .decided(since: time)
                return [.single(at: time)]
            }
            state = .undecided(since: time, first: nil, isUsed: false)
            return [.touched(at: time)]
        }
    }

    private mutating func release(at time: Int64) -> [Event] {
        switch state {
        case .up, .waiting:
            return []
        case .dismissing, .decided, .stuck:
            state = .up
            return []
        case .answering(let since):
            state = .up
            return [.answered(at: since)]
        case .talking:
            state = .up
            return [.talkEnded(at: time)]
        case .undecided(let since, let first, let isUsed):
            if first != nil {
                state = .up
                return [.double(at: since)]
            }
            let tap = Tap(at: since, isUsed: isUsed)
            if settings.hasDouble {
                state = .waiting(first: tap, until: time + gap)
                return []
            }
            state = .up
            return tap.single
        }
    }

    private mutating func expire(at time: Int64) -> [Event] {
        switch state {
        case .up, .stuck:
            return []
        case .waiting(let first, _):
            state = .up
            return first.single
        case .talking(let since):
            state = .stuck
            return [.talkEnded(at: time), .stuck(since: since)]
        case .dismissing(let since):
            state = .decided(since: since)
            return [.heldOn(since: since)]
        case .answering(let since):
            state = .decided(since: since)
            return [.answerHeld(at: since)]
        case .decided(let since):
            state = .stuck
            return [.stuck(since: since)]
        case .undecided(let since, let first, _):
            let before = first?.single ?? []
            if settings.holdsToTalk {
                state = .talking(since: since)
                return before + [.talkBegan(at: since)]
            }
            if settings.hasLong {
                state = .decided(since: since)
                return before + [.long(at: since)]
            }
            state = .stuck
            return before + [.stuck(since: since)]
        }
    }
}
