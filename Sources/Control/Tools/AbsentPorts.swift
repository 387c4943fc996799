package import ModelTypes

// What stands in a runner's ports where there is nothing.

/// Nobody can be asked: whatever needs a confirmation is refused.
package struct NobodyToAsk: ConfirmationPort {
    /// There is only one.
    package init() {}

    package func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
        .refused("nothing was done: nobody is there to confirm it")
    }
}

/// Nothing outlasts the program: for those that have no state folder.
package struct NoJournal: CallJournal {
    /// There is only one.
    package init() {}

    package func recall() async -> RecalledCalls { RecalledCalls(conversation: 0, calls: []) }
    package func begin(_ call: JournalledCall) async throws {}
    package func finish(_ call: JournalledCall, _ answer: FunctionResponse) async {}
}

/// Nothing is written down.
package struct NoAudit: AuditPort {
    /// There is only one.
    package init() {}

    package func record(_ entry: AuditEntry) async {}
}
