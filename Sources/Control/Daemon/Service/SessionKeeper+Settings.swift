internal import Configuration
internal import Linux
internal import Live
internal import ModelTypes
internal import Store
internal import WireCodec

extension SessionKeeper {
    /// What the store holds of the conversation for these settings; reads the disk.
    ///
    /// What servers bring later has no part in the name of the setup: the service lets a setup
    /// change where a session is resumed, and the handle of the last life is needed before they
    /// have answered.
    convenience init(
        _ settings: Settings, _ wanted: SessionSettings, _ store: StateStore?, _ log: Log
    ) {
        self.init(
            document: store?.document(Self.documentName),
            setup: Self.name(of: wanted.setup(handle: nil).serialized),
            dailyBudget: settings.dailyTokenBudget, log: log, clock: { WallClock.now() })
        guard let journal = store?.lines(KeptLines.journalName), kept != nil else { return }
        _ = try? journal.read()
        guard journal.isIncomplete else { return }
        // A call of the conversation that nobody remembers would be done twice.
        log(.warning, "the conversation begins anew, since the journal of its calls is not whole")
        keep(nil)
    }
}
