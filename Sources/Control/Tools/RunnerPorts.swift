package import ModelTypes
package import WireCodec

// The runner's ports, besides the tools and a clock.

/// Asks the user, without the model.
package protocol ConfirmationPort: Sendable {
    /// Asks, and returns the decision; when the task is cancelled the question is withdrawn.
    func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision
}

/// A question to the user.
package struct ConfirmationRequest: Sendable, Equatable {
    /// The call's own id.
    package var id: String
    package var tool: String
    /// The subject of the call, in the user's terms.
    package var subject: String
    /// The user confirms these arguments and no others, in any order.
    package var arguments: JSONValue
    package var means: ToolConfirmation

    /// A question about one call.
    package init(
        id: String, tool: String, subject: String, arguments: JSONValue, means: ToolConfirmation
    ) {
        self.id = id
        self.tool = tool
        self.subject = subject
        self.arguments = arguments
        self.means = means
    }
}

/// The outcome of a question.
package enum ConfirmationDecision: Sendable, Equatable {
    /// The user confirmed, by the means asked for.
    case granted
    /// Not confirmed; the reason is in words for the model.
    case refused(String)
}

/// Remembers calls beyond the end of the program.
package protocol CallJournal: Sendable {
    /// Returns what earlier runs of the program recorded.
    func recall() async -> RecalledCalls
    /// Records that a call is about to be executed; it must not be executed if this throws.
    ///
    /// The record outlasts a power cut.
    func begin(_ call: JournalledCall) async throws
    /// Records how a call was answered.
    func finish(_ call: JournalledCall, _ answer: FunctionResponse) async
}

/// A call in the journal.
package struct JournalledCall: Sendable, Hashable {
    /// The conversation that it belongs to; ids are unique within one only.
    package var conversation: Int
    package var id: String
    package var tool: String

    /// A call of a conversation.
    package init(conversation: Int, id: String, tool: String) {
        self.conversation = conversation
        self.id = id
        self.tool = tool
    }
}

/// The contents of the journal.
package struct RecalledCalls: Sendable {
    /// How far a call had got.
    package enum State: Sendable, Equatable {
        /// It may have been executed, or not.
        case begun
        /// It was executed; the answer is nil when it was too long to be kept.
        case answered(FunctionResponse?)
    }

    /// The latest conversation; one that is resumed after a restart keeps its number.
    package var conversation: Int
    /// Oldest first.
    package var calls: [(call: JournalledCall, state: State)]

    /// Calls of the journal, possibly none.
    package init(conversation: Int, calls: [(call: JournalledCall, state: State)]) {
        self.conversation = conversation
        self.calls = calls
    }
}

/// Receives a record of every call, for later inspection.
package protocol AuditPort: Sendable {
    /// Receives one entry, before the model is answered.
    func record(_ entry: AuditEntry) async
}

/// One call from its arrival to its end.
package struct AuditEntry: Sendable, Equatable {
    /// Whether and how a call was allowed.
    package enum Decision: Sendable, Equatable {
        /// No confirmation was needed.
        case allowed
        /// The user confirmed by this means.
        case confirmed(ToolConfirmation)
        /// It was not executed, for this reason.
        case refused(String)
    }

    /// How an execution ended.
    package enum Result: Sendable, Equatable {
        case done
        case failed(String)
        case cancelled
        /// It was not executed.
        case nothing
    }

    package var conversation: Int
    package var id: String
    package var tool: String
    /// As the model gave them, with secrets hidden.
    package var arguments: JSONValue
    package var risk: ToolRisk?
    package var decision: Decision
    package var result: Result
    /// From the call's arrival to its end.
    package var milliseconds: Double
}
