package import ModelTypes
package import WireCodec

// What the runner needs beside the tools and a clock.

/// Asks the user, where the model has no part in it.
package protocol ConfirmationPort: Sendable {
    /// Asks, and gives the decision; when the task is cancelled the question is taken back.
    func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision
}

/// What the user is asked.
package struct ConfirmationRequest: Sendable, Equatable {
    /// The call's own.
    package var id: String
    package var tool: String
    /// What it is about, as people know it.
    package var subject: String
    /// What is confirmed is these arguments and no others, in whatever order they come.
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

/// What came of the question.
package enum ConfirmationDecision: Sendable, Equatable {
    /// The user confirmed, by the means asked for.
    case granted
    /// Not confirmed; in words for the model.
    case refused(String)
}

/// Remembers calls beyond the end of the program.
package protocol CallJournal: Sendable {
    /// What earlier lives of the program left.
    func recall() async -> RecalledCalls
    /// Notes that a call is about to be executed; it must not be when this throws.
    ///
    /// The note outlasts a loss of power.
    func begin(_ call: JournalledCall) async throws
    /// Notes how a call was answered.
    func finish(_ call: JournalledCall, _ answer: FunctionResponse) async
}

/// A call as the journal knows it.
package struct JournalledCall: Sendable, Hashable {
    /// The conversation that it belongs to; ids count within one only.
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

/// What the journal holds.
package struct RecalledCalls: Sendable {
    /// How far a call had come.
    package enum State: Sendable, Equatable {
        /// It may have been executed, or not.
        case begun
        /// It was executed; the answer is nil when it was too long to be kept.
        case answered(FunctionResponse?)
    }

    /// The latest conversation; one that is resumed after a restart goes on with its number.
    package var conversation: Int
    /// Oldest first.
    package var calls: [(call: JournalledCall, state: State)]

    /// Calls of the journal; none is an empty list.
    package init(conversation: Int, calls: [(call: JournalledCall, state: State)]) {
        self.conversation = conversation
        self.calls = calls
    }
}

/// Takes what was done, so that it can be looked up later.
package protocol AuditPort: Sendable {
    /// Takes one entry, before the model is answered.
    func record(_ entry: AuditEntry) async
}

/// One call from its arrival to its end.
package struct AuditEntry: Sendable, Equatable {
    /// How a call was allowed or not.
    package enum Decision: Sendable, Equatable {
        /// Nobody needed to be asked.
        case allowed
        /// The user confirmed by this means.
        case confirmed(ToolConfirmation)
        /// It was not executed; why.
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
    /// As the model gave them, secrets hidden.
    package var arguments: JSONValue
    package var risk: ToolRisk?
    package var decision: Decision
    package var result: Result
    /// From the call's arrival to its end.
    package var milliseconds: Double
}
