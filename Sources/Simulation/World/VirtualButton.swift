internal import Assistant
internal import Configuration
internal import Panel

/// A button with several gestures, as on the front panel.
final class VirtualButton: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let loop: VirtualLoop
    private let life: Life
    private let assistant: VoiceAssistant
    private let bell: VirtualBell
    private let isTap: Bool
    private var gesture: ButtonGesture
    private var timer = 0
    /// Called when the user stops the device by a double press.
    var onStop: () -> Void = {}

    /// A button that talks; a double press stops, and with `isTap` a long one mutes.
    init(
        loop: VirtualLoop, life: Life, assistant: VoiceAssistant, bell: VirtualBell, isTap: Bool
    ) {
        self.loop = loop
        self.life = life
        self.assistant = assistant
        self.bell = bell
        self.isTap = isTap
        var settings = ButtonGesture.Settings()
        settings.holdsToTalk = !isTap
        settings.hasSingle = isTap
        settings.hasDouble = true
        settings.hasLong = isTap
        gesture = ButtonGesture(settings, isDown: false, at: 0)
    }

    func edge(_ pressed: Bool) { take(gesture.edge(isPress: pressed, at: loop.now)) }

    private func take(_ events: [ButtonGesture.Event]) {
        for event in events { take(event) }
        timer += 1
        guard let deadline = gesture.deadline else { return }
        let mine = timer
        loop.schedule(at: deadline) { [weak self] in
            guard let self, timer == mine, !life.isOver else { return }
            take(gesture.advance(to: deadline))
        }
    }

    private func take(_ event: ButtonGesture.Event) {
        switch event {
        case .talkBegan(let at): use(talk(true, at))
        case .talkEnded(let at): _ = talk(false, at)
        case .touched(let at):
            let use = assistant.assumeIsolated { $0.touch(at: at, isTalk: true) }
            if use == .stopped { gesture.useTouch(.tap) } else { self.use(use) }
        case .single(let at):
            guard isTap else { break }
            use(talk(true, at))
            _ = talk(false, at)
        case .double(let at):
            onStop()
            assistant.assumeIsolated { $0.silence(at: at) }
        case .long(let at): assistant.assumeIsolated { $0.toggleMute(at: at) }
        case .answered(let at):
            assistant.assumeIsolated { $0.answer(isYes: true, pressedAt: at) }
        case .answerHeld(let at):
            assistant.assumeIsolated { $0.answer(isYes: false, pressedAt: at) }
        case .heldOn: bell.snooze()
        case .stuck: break
        }
    }

    private func talk(_ pressed: Bool, _ time: Int64) -> TouchUse {
        assistant.assumeIsolated { $0.talk(ButtonEvent(pressed: pressed, at: time)) }
    }

    private func use(_ use: TouchUse) {
        switch use {
        case .dismissed: gesture.useTouch(.dismissal)
        case .asked: gesture.useTouch(.question)
        case .stopped, .nothing: break
        }
    }
}
