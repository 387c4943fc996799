internal import Configuration
internal import Linux
internal import Panel
internal import WebSockets

/// The buttons and the mute switch of the configuration.
///
/// ## Concurrency
/// Confined to the loop's thread, but for making it.
final class FrontPanel: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    private let actions: PanelActions
    private var inputs: [LineInput] = []
    private var muteSwitch: MuteSwitch?

    /// Nothing is opened yet; throws for names that are no lines' names.
    init(
        _ settings: Settings, buttons: [ButtonSettings], loop: EventLoop, log: Log,
        actions: PanelActions,
        shut: @escaping (Bool) -> Void, tell: @escaping (Bool, Int64) -> Void
    ) throws {
        self.actions = actions
        muteSwitch = try settings.muteSwitchWiring().map { wiring in
            MuteSwitch(wiring, loop: loop, log: log, shut: shut, tell: tell)
        }
        for button in buttons {
            let wiring = try settings.wiring(of: button)
            let gestures = GestureButton(
                label: wiring.label, map: settings.gestureMap(of: button),
                settings: settings.gestureTimes, port: actions
            ) { [loop] time, body in
                let timer = loop.schedule(at: time, body)
                return { timer.cancel() }
            }
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

    func start() {
        // The microphone is shut before anything can open it.
        muteSwitch?.start()
        for input in inputs { input.start() }
    }

    func stop() {
        for input in inputs { input.stop() }
        muteSwitch?.stop()
    }
}
