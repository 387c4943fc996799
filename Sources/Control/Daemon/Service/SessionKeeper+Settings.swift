internal import Configuration
internal import Linux
internal import Live
internal import ModelTypes
internal import Store
internal import WireCodec

extension SessionKeeper {
    /// What the store holds of the conversation for these settings; reads the disk.
    ///
    /// Functions that servers add later are not part of the setup's name: the service allows a
    /// setup to change when a session is resumed, and the handle of the last life is needed before
    /// the servers have answered.
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
        // A call of the conversation that is not remembered could be done twice.
        log(
            .warning,
            "a new conversation begins, since the journal of the old one's calls is damaged")
        keep(nil)
    }
}
