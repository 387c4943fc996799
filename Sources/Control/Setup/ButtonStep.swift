internal import Configuration
internal import Text

/// Finds the line of the button by a press, or asks for it.
struct ButtonStep {
    /// The lines are watched for this time before the press, so that those that move by themselves
    /// are known (milliseconds).
    static let quietMilliseconds = 1500
    /// A press is awaited for this time (milliseconds).
    static let pressMilliseconds = 30_000
    /// Between two looks at the lines (milliseconds); edges wait meanwhile.
    static let lookMilliseconds = 50
    /// After this number of presses that moved several lines the user is asked.
    static let roundLimit = 3
    /// Of a list of lines no more are named.
    private static let shownNames = 12

    let lines: any SetupLines
    let dialog: Dialog

    /// A line that was found, and how it is wired.
    private struct Button {
        let line: String
        let activeLow: Bool
    }

    func run(_ draft: inout SetupDraft, _ settings: Settings) throws {
        if let trouble = lines.trouble { dialog.say(trouble.visible) }
        let light = settings[Keys.light.line]
        let choice = LineChoice(lines.lines(settings), taken: light.isEmpty ? [] : [light])
        let names = choice.watchable.map(\.name)
        let options = [
            "press it, and its line is found (\(names.count) lines can be watched)",
            "name its line", "there is no button",
        ]
        let wanted = try dialog.choose("How?", among: options, none: "leave it as it is")
        switch wanted {
        case 0: try found(among: names, choice, &draft)
        case 1: try named(choice, &draft)
        case 2: try without(&draft)
        default: break
        }
    }

    private func found(
        among names: [String], _ choice: LineChoice, _ draft: inout SetupDraft
    ) throws {
        guard !names.isEmpty else {
            dialog.say(
                "No line can be watched: a line must be free, and be one that the board leads out.")
            return try named(choice, &draft)
        }
        dialog.say(
            "These lines become inputs with a weak pull-up for a while: \(Self.list(names)). "
                + "Nothing is switched. Take off what must not get a pull-up.")
        guard try dialog.yes("Watch them?", default: true) else {
            return try named(choice, &draft)
        }
        guard let button = try watch(names) else { return try named(choice, &draft) }
        try keep(button, &draft)
    }

    /// The line that a press moves; nil where none was found.
    private func watch(_ names: [String]) throws -> Button? {
        let watch = lines.watch(names)
        for refusal in watch.refusals { dialog.say("  left out: \(refusal.visible)") }
        guard !watch.levels.isEmpty else { return nil }
        dialog.say("Do not touch the button yet.")
        let before = EdgeJudge(resting: watch.levels)
        let (_, noisy) = try look(watch, before, milliseconds: Self.quietMilliseconds, names)
        // What moved at all while nobody touched the button is none, or is a signal.
        let quiet = watch.levels.filter { !noisy.contains($0.key) }
        guard !quiet.isEmpty else {
            dialog.say("Every line moves by itself: nothing is connected that could be found.")
            return nil
        }
        var candidates = Set(quiet.keys)
        var first: EdgeJudge.Found?
        for _ in 0..<Self.roundLimit {
            dialog.say(
                first == nil
                    ? "Press the button and let it go. (Enter: give up)"
                    : "Press it again, to be sure.")
            let judge = EdgeJudge(resting: quiet.filter { candidates.contains($0.key) })
            let (verdict, _) = try look(watch, judge, milliseconds: Self.pressMilliseconds, names)
            switch verdict {
            case .nothing:
                dialog.say("No line has moved.")
                return nil
            case .found(let found):
                if first == found {
                    return Button(line: names[found.line], activeLow: found.activeLow)
                }
                dialog.say("\(names[found.line]) moved.")
                first = found
            case .several(let moved):
                dialog.say("These moved together: \(Self.list(moved.map { names[$0] })).")
                candidates = Set(moved)
                first = nil
            }
        }
        dialog.say("The presses did not agree on one line.")
        return nil
    }

    /// Looks at the lines until a press is over, the time is, or Enter is pressed; names the lines
    /// that are noise, and gives those that moved.
    private func look(
        _ watch: any LineWatch, _ judge: EdgeJudge, milliseconds: Int, _ names: [String]
    ) throws -> (EdgeJudge.Verdict, moved: Set<Int>) {
        var judge = judge
        var moved: Set<Int> = []
        for _ in 0..<(milliseconds / Self.lookMilliseconds) {
            let isOver = try dialog.terminal.pause(milliseconds: Self.lookMilliseconds)
            for edge in watch.edges() {
                moved.insert(edge.line)
                if judge.take(edge.line, level: edge.level, at: edge.time) {
                    dialog.say("  \(names[edge.line]) moves without pause: it is left out.")
                }
            }
            // Before the press all of the time is looked at.
            if milliseconds > Self.quietMilliseconds {
                let verdict = judge.verdict(at: watch.now)
                if verdict != .nothing { return (verdict, moved) }
                if isOver { break }
            }
        }
        for line in judge.away where milliseconds > Self.quietMilliseconds {
            dialog.say(
                "  \(names[line]) has moved and stays so: a button goes back when it is let go.")
        }
        return (.nothing, moved)
    }

    private func named(_ choice: LineChoice, _ draft: inout SetupDraft) throws {
        guard let name = try dialog.text("The line, such as GPIO17 (Enter: leave it as it is):")
        else { return }
        if let refusal = choice.refusal(of: name) {
            dialog.say("\(refusal.visible).")
            guard try dialog.yes("Write it anyway?", default: false) else { return }
        }
        let isLow = try dialog.yes("Does a press connect it to ground?", default: true)
        try keep(Button(line: name, activeLow: isLow), &draft)
    }

    private func keep(_ button: Button, _ draft: inout SetupDraft) throws {
        draft.set(Keys.button.source, to: "gpio")
        draft.set(Keys.button.line, to: button.line)
        draft.set(Keys.button.activeLow, to: button.activeLow)
        draft.set(Keys.button.bias, to: button.activeLow ? "pull-up" : "pull-down")
        dialog.say(
            "Taken: \(button.line), which a press pulls to "
                + "\(button.activeLow ? "ground" : "the supply voltage").")
        let modes = ["hold it while you talk", "tap it, talk, and fall silent"]
        guard let mode = try dialog.choose("How do you talk?", among: modes, none: "as it is")
        else { return }
        draft.set(Keys.conversation.mode, to: ["hold", "tap"][mode])
    }

    private func without(_ draft: inout SetupDraft) throws {
        dialog.say(
            """
            Without a button the device is hands-free: the microphone is always open, and whatever \
            is said near it goes to the service, also what is not meant for it, and what visitors \
            and a television say. That costs tokens by the minute; live.daily_token_budget ends a \
            day that becomes too dear, and a switch at [mute_switch] closes the microphone for \
            certain. Or Home Assistant begins each turn, and silence ends it.
            """)
        let modes = ["hands-free", "Home Assistant begins each turn (needs a broker)"]
        guard let mode = try dialog.choose("Which?", among: modes, none: "leave it as it is") else {
            return
        }
        draft.set(Keys.button.source, to: "none")
        draft.set(Keys.conversation.mode, to: ["hands-free", "tap"][mode])
    }

    /// Names with commas, and the number of those that are not named.
    private static func list(_ names: [String]) -> String {
        let rest = names.count - shownNames
        return names.prefix(shownNames).map(\.visible).joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }
}
