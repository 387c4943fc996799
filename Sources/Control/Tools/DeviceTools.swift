internal import ModelTypes
package import WireCodec

/// The parts of the device that the model may control.
///
/// Every call comes from the pool. Failures are `ToolFailure`, in words for the model.
package protocol DevicePort: Sendable {
    /// The present volume (percent).
    func volume() async throws -> Int
    /// Sets the volume (percent, 0 to 100).
    func setVolume(_ percent: Int) async throws
    /// Mutes the microphone until the button is pressed, or for a while; only the user can end that
    /// earlier.
    func mute(_ duration: Duration?) async throws
    /// Plays the last answer again; returns its length (seconds).
    func repeatAnswer() async throws -> Double
    /// Ends the conversation once the answer has been heard.
    func endConversation() async throws
    /// The device's state.
    func status() async throws -> JSONValue
}

/// The device where no daemon runs: for viewing declarations, and for manual calls.
package struct AbsentDevice: DevicePort {
    /// The only value.
    package init() {}

    private var failure: ToolFailure {
        ToolFailure(
            "nothing was done: only the running daemon can do that, and `martlet tools call` does not "
                + "reach it; say it to the device, or send it through mqtt.commands")
    }

    package func volume() async throws -> Int { throw failure }
    package func setVolume(_ percent: Int) async throws { throw failure }
    package func mute(_ duration: Duration?) async throws { throw failure }
    package func repeatAnswer() async throws -> Double { throw failure }
    package func endConversation() async throws { throw failure }
    package func status() async throws -> JSONValue { throw failure }
}

/// The functions with which the model controls the device itself.
///
/// None of them unmutes the microphone: a mute stays until the user ends it by hand, or until the
/// requested time has passed.
package enum DeviceTools {
    /// The functions' names, in the order in which they are declared.
    package static let names = ["volume", "mute", "repeat", "sleep", "device_status"]

    /// The function of this name, which is one of `names`.
    package static func named(
        _ name: String, _ device: any DevicePort
    ) throws(ToolDeclarationError) -> any Tool {
        switch name {
        case "volume": try volume(device)
        case "mute": try mute(device)
        case "repeat": try repeating(device)
        case "sleep": try sleep(device)
        case "device_status": try status(device)
        default: throw .badName(name)
        }
    }

    private static func volume(_ device: any DevicePort) throws(ToolDeclarationError) -> DeviceTool
    {
        try DeviceTool(
            "volume", device,
            "Sets how loud this device is, or tells it if nothing is given. \"Louder\" without a "
                + "number is a change of 10.",
            [
                "set_percent": [
                    "type": "integer", "minimum": 0, "maximum": 100,
                    "description": "The volume to set",
                ],
                "change_percent": [
                    "type": "integer", "minimum": -100, "maximum": 100,
                    "description": "How much louder; softer if negative",
                ],
            ]
        ) { arguments, device in
            let wanted = arguments.integer("set_percent")
            let change = arguments.integer("change_percent")
            guard wanted == nil || change == nil else {
                throw ToolFailure(
                    "nothing was changed: give set_percent or change_percent, not both")
            }
            let before = try await device.volume()
            let percent = min(
                100, max(0, wanted.map { Int($0) } ?? min(100, max(0, before)) + Int(change ?? 0)))
            if percent != before { try await device.setVolume(percent) }
            return ["percent": .int(Int64(percent)), "before": .int(Int64(before))]
        }
    }

    private static func mute(_ device: any DevicePort) throws(ToolDeclarationError) -> DeviceTool {
        try DeviceTool(
            "mute", device,
            "Turns the microphone of this device off, so that it hears nothing, until the user "
                + "presses its button or the minutes have passed. Not for making it quiet: that is "
                + "volume. It cannot be turned on by you.",
            [
                "minutes": [
                    "type": "integer", "minimum": 1, "maximum": 720,
                    "description": "Only if the user said for how long",
                ]
            ]
        ) { arguments, device in
            let minutes = arguments.integer("minutes")
            try await device.mute(minutes.map { .seconds($0 * 60) })
            let until = minutes.map { "in \($0) minutes, or when the user presses the button" }
            return [
                "microphone": "off",
                "on_again": .string(until ?? "when the user presses the button"),
            ]
        }
    }

    private static func repeating(
        _ device: any DevicePort
    ) throws(ToolDeclarationError) -> DeviceTool {
        try DeviceTool(
            "repeat", device,
            "Plays this device's last answer again, as it was. It sounds by itself: say nothing "
                + "about it.",
            [:], behavior: .nonBlocking, scheduling: .silent
        ) { _, device in
            ["playing_seconds": .double(try await device.repeatAnswer().rounded(.up))]
        }
    }

    private static func sleep(_ device: any DevicePort) throws(ToolDeclarationError) -> DeviceTool {
        try DeviceTool(
            "sleep", device,
            "Ends the conversation when the user says goodbye or wants this device to stop "
                + "listening to them; the next press or word begins a new one.",
            [:]
        ) { _, device in
            try await device.endConversation()
            return ["done": "the conversation ends once you have said goodbye, in a word or two"]
        }
    }

    private static func status(_ device: any DevicePort) throws(ToolDeclarationError) -> DeviceTool
    {
        try DeviceTool(
            "device_status", device,
            "Gives this device's state: its time, microphone and loudspeaker, connection, timers, "
                + "volume and uptime.",
            [:], risk: .read
        ) { _, device in try await device.status() }
    }
}

/// A function on the device.
private struct DeviceTool: Tool {
    private static let deadline = Duration.seconds(5)

    let declaration: ToolDeclaration
    private let device: any DevicePort
    private let body: @Sendable (ToolArguments, any DevicePort) async throws -> JSONValue

    init(
        _ name: String, _ device: any DevicePort, _ description: String, _ properties: JSONObject,
        risk: ToolRisk = .low, behavior: FunctionDeclaration.Behavior? = nil,
        scheduling: FunctionResponse.Scheduling? = nil,
        _ body: @escaping @Sendable (ToolArguments, any DevicePort) async throws -> JSONValue
    ) throws(ToolDeclarationError) {
        var terms = ToolTerms(deadline: Self.deadline)
        terms.risk = risk
        terms.behavior = behavior
        terms.scheduling = scheduling
        declaration = try ToolDeclaration(
            name: name, description: description,
            parameters: ["type": "object", "properties": .object(properties)], terms: terms)
        self.device = device
        self.body = body
    }

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        try await body(arguments, device)
    }
}
