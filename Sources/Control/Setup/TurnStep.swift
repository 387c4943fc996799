internal import Configuration
internal import Text

/// The first turn: the daemon runs, and the user talks to it.
struct TurnStep {
    /// A turn is awaited for this time (milliseconds).
    static let waitMilliseconds = 60_000
    /// Between two looks at the journal (milliseconds).
    static let lookMilliseconds = 1000

    let world: SetupWorld
    let dialog: Dialog

    func run(_ settings: Settings) throws {
        let how =
            switch settings[Keys.conversation.mode] {
            case "hands-free": "Just say something"
            case "tap": "Press the button, say something, and fall silent"
            default: "Hold the button, say something, and let it go"
            }
        dialog.say("\n6 of 6. A first turn. \(how). (Enter: leave)")
        for _ in 0..<(Self.waitMilliseconds / Self.lookMilliseconds) {
            if try dialog.terminal.pause(milliseconds: Self.lookMilliseconds) { return }
            guard let turn = world.daemon.turns().last else { continue }
            return dialog.say("The journal has it: \(turn.visible)")
        }
        dialog.say(
            "No turn has come. `sudo martlet doctor` says what is wrong, and `journalctl -u "
                + "martlet` what happened.")
    }
}
