internal import Assistant
internal import Configuration
internal import Linux
internal import Panel
internal import WebSockets

/// The buttons and the mute switch of the configuration.
///
/// ## Concurrency
/// Confined to the loop's thread, except for the initializer.
final class FrontPanel: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// Where the edges come from.
    enum Buttons {
        /// The lines of these buttons, and of the mute switch.
        case lines([ButtonSettings])
        /// Only `edge`, for this button; there is no mute switch then.
        case scripted(ButtonSettings?)
    }

    private let actions: PanelActions
    private var inputs: [LineInput] = []
    private var muteSwitch: MuteSwitch?
    private var scripted: GestureButton?

    /// Nothing is opened yet; throws for names that no line can have.
    init(
        _ settings: Settings, _ buttons: Buttons, loop: EventLoop, log: Log,
        actions: PanelActions,
        shut: @escaping (Bool) -> Void, tell: @escaping (Bool, Int64) -> Void
    ) throws {
        self.actions = actions
        func gestures(of button: ButtonSettings, _ label: String) -> GestureButton {
            GestureButton(
                label: label, map: settings.gestureMap(of: button),
                settings: ButtonGesture.Settings(settings), port: actions
            ) { [loop] time, body in
                let timer = loop.schedule(at: time, body)
                return { timer.cancel() }
            }
        }
        switch buttons {
        case .scripted(let button):
            scripted = button.map { gestures(of: $0, "the button") }
        case .lines(let buttons):
            muteSwitch = try settings.muteSwitchWiring().map { wiring in
                MuteSwitch(wiring, loop: loop, log: log, shut: shut, tell: tell)
            }
            for button in buttons {
                let wiring = try settings.wiring(of: button)
                let gestures = gestures(of: button, wiring.label)
                inputs.append(
                    LineInput(wiring, loop: loop, log: log) { news in
                        switch news {
                        case .opened(let isDown):
                            gestures.reset(isDown: isDown, at: MonotonicClock.now())
                        case .edge(let isDown, let at): gestures.edge(isPress: isDown, at: at)
                        case .lost: gestures.reset(isDown: false, at: MonotonicClock.now())
                        }
                    })
            }
        }
    }

    func start() {
        // The microphone is shut before anything can open it.
        muteSwitch?.start()
        for input in inputs { input.start() }
    }

    func stop() {
        for input in inputs { input.stop() }
        muteSwitch?.stop()
    }

    /// An edge of the scripted button; returns whether there is one.
    func edge(_ event: ButtonEvent) -> Bool {
        scripted?.edge(isPress: event.pressed, at: event.at)
        return scripted != nil
    }
}
