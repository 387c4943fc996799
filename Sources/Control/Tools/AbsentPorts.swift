package import ModelTypes

// Placeholders for ports that are absent.

/// No user can be asked: every call that needs a confirmation is refused.
package struct NoConfirmation: ConfirmationPort {
    /// The only value.
    package init() {}

    package func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
        .refused("nothing was done: nobody is there to confirm it")
    }
}

/// Nothing outlasts the program: for programs without a state folder.
package struct NoJournal: CallJournal {
    /// The only value.
    package init() {}

    package func recall() async -> RecalledCalls { RecalledCalls(conversation: 0, calls: []) }
    package func begin(_ call: JournalledCall) async throws {}
    package func finish(_ call: JournalledCall, _ answer: FunctionResponse) async {}
}

/// Nothing is logged.
package struct NoAudit: AuditPort {
    /// The only value.
    package init() {}

    package func record(_ entry: AuditEntry) async {}
}
