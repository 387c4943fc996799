internal import Configuration

/// One set-up from its first question to its end.
///
/// ## Concurrency
/// One caller, on a thread that may wait.
package final class SetupRun {
    private let world: SetupWorld
    private let dialog: Dialog
    private var machine: SetupMachine
    private var draft = SetupDraft()
    private var settings = Settings()

    /// A set-up of this world; nothing is asked yet.
    package init(_ world: SetupWorld) {
        self.world = world
        dialog = Dialog(terminal: world.terminal)
        machine = SetupMachine(isInstalled: world.daemon.isInstalled)
    }

    /// Goes through it; throws only where it cannot begin.
    package func run() throws -> SetupEnding {
        settings = try world.store.settings()
        // What is there must be able to take what is found; better known before the questions.
        _ = try world.store.proposal(draft)
        dialog.say(
            """
            Six steps: key, sound, button, light, broker, a first turn. Enter takes what is in \
            brackets. At each step s skips it, b goes back, and q ends. Nothing is written before \
            the end, and then all at once.
            """)
        var action = machine.take(.begun(daemonRuns: world.daemon.isRunning))
        while true {
            if case .end(let ending) = action { return ending }
            action = machine.take(perform(action))
        }
    }

    /// Does what the machine wants; whatever happens becomes an event.
    private func perform(_ action: SetupMachine.Action) -> SetupMachine.Event {
        do {
            return try attempt(action)
        } catch is SetupEnd {
            return .interrupted
        } catch {
            if action != .write { dialog.say("That did not work: \(error)") }
            return .failed("\(error)")
        }
    }

    private func attempt(_ action: SetupMachine.Action) throws -> SetupMachine.Event {
        switch action {
        case .offer(let step): return .chosen(try offer(step))
        case .askToStop:
            return .consented(
                try dialog.yes(
                    "The daemon runs and holds the card and the lines. Stop it until the end?",
                    default: true))
        case .stopDaemon: try world.daemon.stop()
        case .perform(let step): try perform(step)
        case .review: return .chosen(try review())
        case .write: try world.store.write(draft)
        case .startDaemon:
            dialog.say("The daemon is started.")
            let status = try world.daemon.start()
            dialog.say("It says: \(status)")
        case .tryTurn: try TurnStep(world: world, dialog: dialog).run(current)
        // Nothing is left to do, and the machine answers with the same end.
        case .end: break
        }
        return .done
    }

    /// The settings with what was found out.
    private var current: Settings { draft.applied(to: settings) }

    private func offer(_ step: SetupStep) throws -> SetupMachine.Choice {
        let (now, isSet) = summary(step)
        dialog.say("\n\(step.rawValue + 1) of 6. \(step.title). Now: \(now)")
        return try dialog.choice(
            "Set it up? \(isSet ? "[y/S/b/q]" : "[Y/s/b/q]")",
            default: isSet ? .skip : .perform)
    }

    /// What there is, and whether it was chosen by somebody.
    private func summary(_ step: SetupStep) -> (String, isSet: Bool) {
        let settings = current
        func isSet(_ keys: any AnySetting...) -> Bool {
            keys.contains { settings.position(of: $0) != nil }
        }
        switch step {
        case .key:
            if draft.key != nil { return ("the one that you typed.", true) }
            let source = world.store.keySource(settings)
            return (source.map { "from \($0)." } ?? "none.", source != nil)
        case .sound:
            return (
                "microphone \(settings[Keys.capture.device]), loudspeaker "
                    + "\(settings[Keys.playback.device]).",
                isSet(Keys.capture.device, Keys.playback.device)
            )
        case .button:
            let mode = settings[Keys.conversation.mode]
            let source = settings[Keys.button.source]
            return (
                source == "gpio"
                    ? "line \(settings[Keys.button.line]), mode \(mode)."
                    : "\(source == "none" ? "no button" : source), mode \(mode).",
                isSet(Keys.button.line, Keys.button.source)
            )
        case .light: return (LightStep.summary(settings), isSet(Keys.light.line, Keys.light.name))
        case .broker:
            let host = settings[Keys.mqtt.host]
            return (host.isEmpty ? "none." : "\(host).", !host.isEmpty)
        }
    }

    private func perform(_ step: SetupStep) throws {
        // A step that ends halfway leaves the draft as it was.
        var draft = draft
        switch step {
        case .key: try KeyStep(world: world, dialog: dialog).run(&draft, current)
        case .sound: try SoundStep(sounds: world.sounds, dialog: dialog).run(&draft, current)
        case .button: try ButtonStep(lines: world.lines, dialog: dialog).run(&draft, current)
        case .light: try LightStep(lines: world.lines, dialog: dialog).run(&draft, current)
        case .broker: try BrokerStep(world: world, dialog: dialog).run(&draft, current)
        }
        self.draft = draft
    }

    private func review() throws -> SetupMachine.Choice {
        guard !draft.isEmpty else {
            dialog.say("\nNothing was changed, so that there is nothing to write.")
            return .quit
        }
        let proposal: SetupProposal
        do {
            proposal = try world.store.proposal(draft)
        } catch {
            dialog.say("\nThis cannot be written, since the whole would be wrong:\n\(error)")
            return try dialog.yes("Go back to the steps?", default: true) ? .back : .quit
        }
        dialog.say("\nThis will stand in \(proposal.file):\n\n\(proposal.text)")
        for note in proposal.notes { dialog.say(note) }
        return try dialog.choice("Write it? [Y/b/q]", default: .perform)
    }
}
