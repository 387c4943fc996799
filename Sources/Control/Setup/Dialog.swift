internal import Text

/// Questions with the answers that they allow.
struct Dialog {
    /// After this number of answers that are none, the default counts.
    static let tryLimit = 5

    let terminal: any SetupTerminal

    /// A paragraph; what others have said is made visible by the caller.
    func say(_ text: String) { terminal.say(text + "\n") }

    /// Yes or no; Enter is the default.
    func yes(_ question: String, default usual: Bool) throws(SetupEnd) -> Bool {
        for _ in 0..<Self.tryLimit {
            let answer = try line("\(question) [\(usual ? "Y/n" : "y/N")] ").lowercased()
            switch answer {
            case "": return usual
            case "y", "yes": return true
            case "n", "no": return false
            default: say("Type y or n.")
            }
        }
        return usual
    }

    /// One of several, by its number from 1; nil: Enter, none of them.
    func choose(
        _ question: String, among options: [String], none: String
    ) throws(SetupEnd) -> Int? {
        for (index, option) in options.enumerated() { say("  \(index + 1)  \(option.visible)") }
        for _ in 0..<Self.tryLimit {
            let answer = try line("\(question) [Enter: \(none)] ")
            if answer.isEmpty { return nil }
            if let number = Int(answer), options.indices.contains(number - 1) { return number - 1 }
            say("Type a number from 1 to \(options.count).")
        }
        return nil
    }

    /// A text; nil: Enter, none.
    func text(_ question: String) throws(SetupEnd) -> String? {
        let answer = try line("\(question) ")
        return answer.isEmpty ? nil : answer
    }

    /// A text that is not shown; nil: Enter, none.
    func secret(_ question: String) throws(SetupEnd) -> String? {
        let answer = try terminal.ask("\(question) ", isHidden: true)
        return answer.isEmpty ? nil : answer
    }

    /// What to do with what stands before the user.
    func choice(
        _ question: String, default usual: SetupMachine.Choice
    ) throws(SetupEnd) -> SetupMachine.Choice {
        for _ in 0..<Self.tryLimit {
            switch try line("\(question) ").lowercased() {
            case "": return usual
            case "y", "yes": return .perform
            case "s", "n", "no": return .skip
            case "b": return .back
            case "q": return .quit
            default: say("Type y to do it, s to skip it, b to go back, q to end without writing.")
            }
        }
        return usual
    }

    private func line(_ prompt: String) throws(SetupEnd) -> String {
        let typed = try terminal.ask(prompt, isHidden: false)
        let start = typed.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
