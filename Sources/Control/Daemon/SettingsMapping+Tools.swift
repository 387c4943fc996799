package import Configuration
internal import Linux
internal import ModelTypes
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

    /// How users are asked; throws when the PIN cannot be read.
    package func confirmationSettings() throws -> ConfirmationSettings {
        var confirmation = ConfirmationSettings()
        confirmation.window = Int64(self[Keys.Tools.confirmation]) * 1_000_000_000
        confirmation.pin = try Credentials.pin(self)?.revealed ?? ""
        return confirmation
    }

    /// The runner's surroundings; without a state folder nothing outlasts the program.
    package func runnerPorts(confirmation: any ConfirmationPort, log: Log) -> RunnerPorts {
        guard let folder = toolStateDirectory else {
            return RunnerPorts(
                clock: SystemToolClock(), confirmation: confirmation, journal: NoJournal(),
                audit: NoAudit())
        }
        let onTrouble: @Sendable (String) -> Void = { log(.error, $0) }
        return RunnerPorts(
            clock: SystemToolClock(), confirmation: confirmation,
            journal: FileJournal(path: "\(folder)/tool-calls.jsonl", onTrouble: onTrouble),
            audit: AuditLog(
                path: "\(folder)/tool-audit.jsonl",
                limitBytes: self[Keys.Tools.auditLimit] * 1024, onTrouble: onTrouble))
    }

    var toolStateDirectory: String? {
        let path = self[Keys.Tools.stateDirectory]
        return path.isEmpty ? Environment.get("STATE_DIRECTORY") : path
    }
}
