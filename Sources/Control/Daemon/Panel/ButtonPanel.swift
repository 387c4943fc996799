package import Assistant
package import Panel

/// What the buttons can ask for.
package protocol PanelPort: AnyObject {
    /// A press or release of a button that talks; returns what else a press did.
    func talk(_ event: ButtonEvent) -> TouchUse
    /// A button went down, and its gesture is not known yet; `isTalk` if it may be one that talks.
    func touch(at time: Int64, isTalk: Bool) -> TouchUse
    /// A gesture was made; `action` is never `talk`.
    func perform(_ action: ButtonAction, at time: Int64)
    /// The answer given by a press whose touch returned `asked`.
    func answer(isYes: Bool, pressedAt time: Int64)
    /// The press that silenced an alarm is still held.
    func heldOn()
    /// Something is wrong with a button; said once.
    func complain(_ text: String)
}

/// One button: its gestures, and what they do.
///
/// ## Concurrency
/// Confined to the loop's thread.
package final class GestureButton {
    /// What each gesture does.
    package struct Map: Sendable, Equatable {
        package var press = ButtonAction.nothing
        package var tap = ButtonAction.nothing
        package var double = ButtonAction.nothing
        package var long = ButtonAction.nothing
        /// Where a press means talk, the turn lasts while the button is held.
        package var holdsToTalk = true

        /// A button that does nothing.
        package init() {}

        /// Whether any of its gestures talks.
        var talks: Bool { [press, tap, double, long].contains(.talk) }
        var talksByHolding: Bool { press == .talk && holdsToTalk }
        /// What a single press does when it is not held to talk.
        var single: ButtonAction { talksByHolding || press == .nothing ? tap : press }
    }

    private let label: String
    private let map: Map
    private let settings: ButtonGesture.Settings
    private let schedule: (Int64, @escaping @Sendable () -> Void) -> () -> Void
    private weak var port: (any PanelPort)?
    private var gesture: ButtonGesture
    private var cancelTimer: () -> Void = {}

    /// A button that is up; `schedule` calls back at a time, and returns a closure that cancels
    /// this.
    package init(
        label: String, map: Map, settings: ButtonGesture.Settings, port: any PanelPort,
        schedule: @escaping (Int64, @escaping @Sendable () -> Void) -> () -> Void
    ) {
        var settings = settings
        settings.holdsToTalk = map.talksByHolding
        settings.hasSingle = map.single != .nothing
        settings.hasDouble = map.double != .nothing
        settings.hasLong = map.long != .nothing
        self.label = label
        self.map = map
        self.settings = settings
        self.schedule = schedule
        self.port = port
        gesture = ButtonGesture(settings, isDown: false, at: 0)
    }

    /// It went down or came up, at a time of CLOCK_MONOTONIC.
    package func edge(isPress: Bool, at time: Int64) {
        take(gesture.edge(isPress: isPress, at: time))
    }

    /// Its line was opened or lost, and is at this level.
    package func reset(isDown: Bool, at time: Int64) {
        take(gesture.reset(isDown: isDown, at: time))
    }

    private func take(_ events: [ButtonGesture.Event]) {
        for event in events { take(event) }
        cancelTimer()
        cancelTimer = {}
        guard let deadline = gesture.deadline else { return }
        let tick = Tick(self)
        cancelTimer = schedule(deadline) { tick.button?.ring(at: deadline) }
    }

    private func ring(at deadline: Int64) { take(gesture.advance(to: deadline)) }

    private func take(_ event: ButtonGesture.Event) {
        switch event {
        case .talkBegan(let at): press(at: at)
        case .talkEnded(let at): _ = port?.talk(ButtonEvent(pressed: false, at: at))
        case .heldOn: port?.heldOn()
        case .answered(let at): port?.answer(isYes: true, pressedAt: at)
        case .answerHeld(let at): port?.answer(isYes: false, pressedAt: at)
        case .touched(let at):
            switch port?.touch(at: at, isTalk: map.talks) {
            case .dismissed: gesture.useTouch(.dismissal)
            case .asked: gesture.useTouch(.question)
            case .stopped: gesture.useTouch(.tap)
            case .nothing, nil: break
            }
        case .single(let at): perform(map.single, at: at)
        case .double(let at): perform(map.double, at: at)
        case .long(let at): perform(map.long, at: at)
        case .stuck:
            port?.complain(
                "\(label) is held for more than \(settings.stuckMilliseconds / 1000) s; it is "
                    + "taken as released until it comes up")
        }
    }

    private func press(at time: Int64) {
        switch port?.talk(ButtonEvent(pressed: true, at: time)) {
        case .dismissed: gesture.useTouch(.dismissal)
        case .asked: gesture.useTouch(.question)
        case .stopped, .nothing, nil: break
        }
    }

    private func perform(_ action: ButtonAction, at time: Int64) {
        switch action {
        case .nothing: break
        case .talk:
            // A tap has no end of its own; the machine takes the next tap as the end.
            press(at: time)
            _ = port?.talk(ButtonEvent(pressed: false, at: time))
        case .stop, .mute, .repeatAnswer, .volumeUp, .volumeDown, .tool:
            port?.perform(action, at: time)
        }
    }
}

/// Carries a button into a timer's closure.
private struct Tick: @unchecked Sendable {
    // @unchecked: made and used on the loop's thread only.

    weak var button: GestureButton?

    init(_ button: GestureButton) { self.button = button }
}
