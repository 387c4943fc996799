package import Tools
internal import WireCodec

/// The functions with which the model handles timers, alarms and reminders.
///
/// Three of them set items, because each takes another time and models choose by names; the others
/// are for all kinds. Every answer has the present state, in words that can be spoken, and the
/// numbers for further calls.
package struct TimerTools {
    /// The functions' names, in the order in which they are declared.
    package static let names = [
        "set_timer", "set_alarm", "set_reminder", "list_timers", "change_timer", "cancel_timer",
        "stop_ringing",
    ]

    private let keeper: TimerKeeper?

    /// All of them, with a keeper; without one they can be viewed and not called.
    package static func all(_ keeper: TimerKeeper?) throws(ToolDeclarationError) -> [any Tool] {
        let tools = TimerTools(keeper: keeper)
        return [
            try tools.setTimer(), try tools.setAlarm(), try tools.setReminder(),
            try tools.listTimers(), try tools.changeTimer(), try tools.cancelTimer(),
            try tools.stopRinging(),
        ]
    }

    // MARK: - Setting

    private func setTimer() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "set_timer", keeper,
            "Starts a countdown that rings on this device when the time has passed, such as for "
                + "the kitchen. Give at least one of hours, minutes and seconds; they add up.",
            TimerSchema.object(TimerSchema.length, ["name": TimerSchema.name])
        ) { arguments, keeper in
            guard let seconds = try TimerArguments(arguments).seconds else {
                throw ToolFailure("nothing was set: say how long, in hours, minutes or seconds")
            }
            return try await set(.timer, arguments, .after(seconds), keeper)
        }
    }

    private func setAlarm() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "set_alarm", keeper,
            "Sets an alarm that rings on this device when the clock shows a time, such as for "
                + "getting up. Without a day it rings the next time that the clock shows it.",
            TimerSchema.object(
                TimerSchema.time, ["name": TimerSchema.name], required: ["time"])
        ) { arguments, keeper in
            let now = await keeper.look().now
            guard let when = try TimerArguments(arguments).time(now) else {
                throw ToolFailure("nothing was set: say at which time")
            }
            return try await set(.alarm, arguments, when, keeper)
        }
    }

    private func setReminder() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "set_reminder", keeper,
            "Sets a reminder: this device rings, and keeps the text of what is to be remembered. "
                + "Give either a time of day or how long from now.",
            TimerSchema.object(
                ["text": TimerSchema.text], TimerSchema.time, TimerSchema.length,
                required: ["text"])
        ) { arguments, keeper in
            let now = await keeper.look().now
            guard let when = try TimerArguments(arguments).either(now) else {
                throw ToolFailure("nothing was set: say when, or how long from now")
            }
            return try await set(.reminder, arguments, when, keeper)
        }
    }

    private func set(
        _ kind: TimedItem.Kind, _ arguments: ToolArguments, _ when: WantedTime,
        _ keeper: TimerKeeper
    ) async throws -> JSONValue {
        let name = arguments.string("name") ?? ""
        let text = arguments.string("text") ?? ""
        let isLasting = await keeper.isLasting
        return try await keeper.change { book, now in
            let item = try book.add(kind, name: name, text: text, when: when, at: now)
            var answer = TimerAnswer.item(item, now, done: "set")
            if !isLasting { answer["note"] = .string(TimerAnswer.notLasting) }
            return .object(answer)
        }
    }

    // MARK: - What there is

    private func listTimers() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "list_timers", keeper,
            "Lists all timers, alarms and reminders with the time that is left, which ring, which "
                + "were missed recently, and the local time.",
            TimerSchema.object([:]), risk: .read
        ) { _, keeper in
            let (book, now) = await keeper.look()
            return TimerAnswer.list(book.list, now)
        }
    }

    private func changeTimer() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "change_timer", keeper,
            "Changes a timer, an alarm or a reminder: its time, or its name. hours, minutes and "
                + "seconds restart it from now; add_seconds makes it later, or earlier if "
                + "negative.",
            TimerSchema.object(
                ["which": TimerSchema.which], TimerSchema.time, TimerSchema.length,
                [
                    "add_seconds": [
                        "type": "integer", "minimum": -604_800, "maximum": 604_800,
                        "description": "How much later it is to ring; negative: earlier",
                    ],
                    "name": TimerSchema.name, "text": TimerSchema.text,
                ], required: ["which"])
        ) { arguments, keeper in
            let name = arguments.string("name")
            let text = arguments.string("text")
            return try await keeper.change { book, now in
                let when =
                    try arguments.integer("add_seconds").map { .later($0) }
                    ?? TimerArguments(arguments).either(now)
                guard when != nil || name != nil || text != nil else {
                    throw ToolFailure("nothing was changed: say what is to change")
                }
                let old = try TimerChoice.one(arguments, of: book)
                let item = try book.change(
                    old.number, name: name, text: text, when: when, at: now)
                return .object(TimerAnswer.item(item, now, done: "changed"))
            }
        }
    }

    private func cancelTimer() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "cancel_timer", keeper,
            "Deletes a timer, an alarm (with all its days) or a reminder before its time. To stop "
                + "one that rings, use stop_ringing.",
            TimerSchema.object(["which": TimerSchema.whichOrAll], required: ["which"])
        ) { arguments, keeper in
            try await keeper.change { book, now in
                if TimerChoice.which(arguments) == "missed" {
                    book.forgetMissed()
                    return TimerAnswer.done("forgotten", [], book.list, now)
                }
                let items = try TimerChoice.some(arguments, of: book)
                book.cancel(items.map(\.number))
                return TimerAnswer.done("cancelled", items, book.list, now)
            }
        }
    }

    private func stopRinging() throws(ToolDeclarationError) -> TimerTool {
        try TimerTool(
            "stop_ringing", keeper,
            "Silences the timers, alarms and reminders that ring now, and tells what they were "
                + "for. With snooze they ring again after a while, or after snooze_minutes.",
            TimerSchema.object([
                "snooze": [
                    "type": "boolean",
                    "description": "Whether the user wants to be called again",
                ],
                "snooze_minutes": [
                    "type": "integer", "minimum": 1, "maximum": 720,
                    "description": "Only when the user says when",
                ],
            ])
        ) { arguments, keeper in
            let minutes = arguments.integer("snooze_minutes")
            let snoozes = minutes != nil || arguments["snooze"]?.bool == true
            let stopped =
                snoozes
                ? await keeper.snooze(seconds: minutes.map { $0.saturatingTimes(60) })
                : await keeper.silence(nil)
            let (book, now) = await keeper.look()
            guard !stopped.isEmpty else {
                throw ToolFailure("nothing rings now; list_timers tells what there is")
            }
            return TimerAnswer.done(snoozes ? "snoozed" : "stopped", stopped, book.list, now)
        }
    }
}

/// A function on the timer keeper.
struct TimerTool: Tool {
    /// Longer than a slow card takes to write some kilobytes.
    private static let deadline = Duration.seconds(10)

    let declaration: ToolDeclaration
    private let keeper: TimerKeeper?
    private let body: @Sendable (ToolArguments, TimerKeeper) async throws -> JSONValue

    init(
        _ name: String, _ keeper: TimerKeeper?, _ description: String, _ parameters: JSONValue,
        risk: ToolRisk = .low,
        _ body: @escaping @Sendable (ToolArguments, TimerKeeper) async throws -> JSONValue
    ) throws(ToolDeclarationError) {
        var terms = ToolTerms(deadline: Self.deadline)
        terms.risk = risk
        declaration = try Self.declaration(name, description, parameters, terms)
        self.keeper = keeper
        self.body = body
    }

    private static func declaration(
        _ name: String, _ description: String, _ parameters: JSONValue, _ terms: ToolTerms
    ) throws(ToolDeclarationError) -> ToolDeclaration {
        // Only this schema has lists of types, which only `ForeignSchema` reads.
        guard parameters["properties"]?["which"] != nil else {
            return try ToolDeclaration(
                name: name, description: description, parameters: parameters, terms: terms)
        }
        let schema: ForeignSchema
        do {
            schema = try ForeignSchema(parameters)
        } catch {
            throw .badSchema(name, error)
        }
        return try ToolDeclaration(
            name: name, description: description, foreign: schema, terms: terms)
    }

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        guard let keeper else {
            throw ToolFailure(
                "nothing was done: only the running daemon can do that, and `martlet tools call` does not "
                    + "reach it; say it to the device, or send it through mqtt.commands")
        }
        do {
            return try await body(arguments, keeper)
        } catch let problem as TimerProblem {
            throw ToolFailure("\(problem)")
        }
    }
}
