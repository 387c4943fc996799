package import Configuration
internal import Linux
package import ModelTypes
package import Tools

// What the tools' runner is built with, out of the one configuration.
extension Settings {
    /// How much may run at once.
    package var toolLimits: ToolLimits {
        var limits = ToolLimits()
        limits.parallelCalls = self[Keys.Tools.parallel]
        limits.waitingCalls = self[Keys.Tools.waiting]
        return limits
    }

    /// How users are asked; throws when the PIN cannot be read, which is noted in `secrets`.
    package func confirmationSettings(
        secrets: KnownSecrets = KnownSecrets()
    ) throws -> ConfirmationSettings {
        var confirmation = ConfirmationSettings()
        confirmation.window = Int64(self[Keys.Tools.confirmation]) * 1_000_000_000
        let pin = try Credentials.pin(self)
        if let pin { secrets.add(pin) }
        confirmation.pin = pin?.revealed ?? ""
        return confirmation
    }

    /// The runner's surroundings; without a state folder nothing outlasts the program.
    package func runnerPorts(confirmation: any ConfirmationPort, log: Log) -> RunnerPorts {
        guard let folder = toolStateDirectory else {
            var ports = RunnerPorts(
                clock: SystemToolClock(), confirmation: confirmation, journal: NoJournal(),
                audit: NoAudit())
            ports.secrets = log.secrets
            return ports
        }
        let onTrouble: @Sendable (String) -> Void = { log(.error, $0) }
        var ports = RunnerPorts(
            clock: SystemToolClock(), confirmation: confirmation,
            journal: FileJournal(path: "\(folder)/tool-calls.jsonl", onTrouble: onTrouble),
            audit: AuditLog(
                path: "\(folder)/tool-audit.jsonl",
                limitBytes: self[Keys.Tools.auditLimit] * 1024, onTrouble: onTrouble))
        ports.secrets = log.secrets
        return ports
    }

    /// Where wrong PINs are counted; nil: nowhere beyond the end of the program.
    var pinLockFile: String? { toolStateDirectory.map { "\($0)/pin-lock.json" } }

    var toolStateDirectory: String? {
        let path = self[Keys.Tools.stateDirectory]
        return path.isEmpty ? Environment.get("STATE_DIRECTORY") : path
    }
}
