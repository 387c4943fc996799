internal import Configuration
internal import MQTTTools
internal import Mosquitto
internal import Timers
internal import Tools
internal import WireCodec

/// The parts that the functions of the device itself work on.
package struct OwnParts: Sendable {
    let device: any DevicePort
    let timers: TimerKeeper
    /// The connection to the broker; nil if there is none.
    let broker: MQTTClient?
    let log: Log
}

extension ToolMaker {
    /// Makes all tools of the settings, and the functions that the device has by itself.
    ///
    /// `known` takes the secrets that the tools read.
    init(_ settings: Settings, isDry: Bool, own: OwnParts?, known: KnownSecrets) {
        let secrets = SecretStore(settings, known: known)
        self.init(ToolPorts(settings, secrets, own), isDry: isDry)
        checkSecrets(settings, secrets)
        makeAll(settings)
        addBuiltIn(settings, own)
    }

    /// Notes secrets that others can read or that are malformed; one that does not exist fails only
    /// when it is needed.
    private mutating func checkSecrets(_ settings: Settings, _ secrets: SecretStore) {
        for tool in settings.tools {
            for problem in secrets.problems(with: tool.kind.secretTexts) where !problem.isAbsence {
                note(problem, of: tool)
            }
        }
    }

    /// Adds the functions that the device has by itself, if the settings want them.
    private mutating func addBuiltIn(_ settings: Settings, _ own: OwnParts?) {
        let wanted = settings[Keys.tools.builtIn]
        do {
            for name in DeviceTools.names where wanted.contains(name) {
                let tool = try DeviceTools.named(name, own?.device ?? AbsentDevice())
                add(tool, at: nil)
            }
            guard wanted.contains("timers") else { return }
            for tool in try TimerTools.all(own?.timers) {
                add(tool, at: nil)
            }
        } catch {
            note(error, at: nil)
        }
    }
}

extension ToolPorts {
    /// Connects the kinds of tools to the device: the one place that knows what each of them needs.
    fileprivate init(_ settings: Settings, _ secrets: SecretStore, _ own: OwnParts?) {
        self.init(
            secrets: secrets, hiddenPlaces: settings.hiddenPlaces,
            programVersion: ProgramVersion.text
        ) { own?.log(.notice, $0) }
        // Beside the daemon, under another client id: with the same one it would take over the
        // daemon's connection.
        let suffix = "-tools-\(Int.random(in: 0..<1_000_000))"
        self[MQTTPort.self] =
            own?.broker.map { MQTTPort.shared($0) }
            ?? settings.brokerSettings(secrets, suffix: suffix).map { MQTTPort.own($0) }
    }
}
