package import Configuration
internal import Linux
package import Store
package import Tools
package import WireCodec

// The settings of the tools' runner, from the one configuration.
extension Settings {
    /// How users confirm calls; notes the PIN in `secrets`, and throws if it cannot be read.
    package func confirmationSettings(
        secrets: KnownSecrets = KnownSecrets()
    ) throws -> ConfirmationSettings {
        var confirmation = ConfirmationSettings(self)
        let pin = try Credentials.pin(self)
        if let pin { secrets.add(pin) }
        confirmation.pin = pin?.revealed ?? ""
        return confirmation
    }

    /// The runner's surroundings; without a store no call is remembered.
    package func runnerPorts(
        confirmation: any ConfirmationPort, store: StateStore?, log: Log
    ) -> RunnerPorts {
        let onTrouble: @Sendable (String) -> Void = { log(.error, $0) }
        let limitBytes = self[Keys.tools.auditLimit] * 1024
        var ports = RunnerPorts(
            clock: SystemClock(), confirmation: confirmation, journal: NoJournal(),
            audit: NoAudit())
        ports.secrets = log.secrets
        if let store {
            ports.journal = FileJournal(
                lines: store.lines(KeptLines.journalName), onTrouble: onTrouble)
        }
        // A program without a store may still add to the audit log.
        if let folder = toolStateDirectory {
            ports.audit = AuditLog(
                disk: DiskFolder(path: folder), limitBytes: limitBytes, onTrouble: onTrouble)
        }
        return ports
    }

    /// The folder of everything that outlasts the program; nil: nothing does.
    package var toolStateDirectory: String? {
        let path = self[Keys.tools.stateDirectory]
        return path.isEmpty ? Environment.get("STATE_DIRECTORY") : path
    }

    /// The store of the state folder; nil if there is none.
    ///
    /// Blocks on the disk, and for up to `StateStore.lockPatience` while another program holds it;
    /// then throws `StoreError.held`. Within the program it is the same for every caller.
    package func store(_ log: Log) throws(StoreError) -> StateStore? {
        guard let folder = toolStateDirectory else { return nil }
        return try StateStore.open(folder) { log(.error, $0) }
    }

    /// Whether the user can unmute the microphone by hand.
    private var canUnmuteByHand: Bool {
        let isBroker = !self[Keys.mqtt.host].isEmpty && self[Keys.mqtt.commands].contains("mute")
        return isBroker || !buttons.isEmpty || self[Keys.button.source] == "keyboard"
    }

    /// What users have set on the device; reads the disk.
    package func deviceMemory(_ store: StateStore?, _ log: Log) -> DeviceMemory {
        let percent = self[Keys.playback.volume]
        return DeviceMemory(
            document: store?.document(DeviceMemory.documentName),
            configured: percent < 0 ? nil : Double(percent), canUnmuteByHand: canUnmuteByHand,
            life: (try? BootClock.life()) ?? ""
        ) { log(.error, $0) }
    }
}
