package import ModelTypes

/// What a model accepts, so that nothing is sent that it would refuse (live-protocol.md section
/// 2.5).
package struct ModelProfile: Sendable, Equatable {
    /// How a model's amount of thinking is set.
    package enum Thinking: Sendable, Equatable {
        /// Not at all: the field must be left out.
        case fixed
        /// By one of these levels; `required` is sent when none is set, to a model that refuses a
        /// setup without one.
        case levels([String], required: String?)
        /// By a number of tokens; 0 is off, -1 automatic.
        case budget
    }

    /// A feature that is off unless requested, always on, or unsupported.
    package enum Option: Sendable, Equatable {
        /// The field must be left out.
        case unsupported
        /// Only with this version of the API.
        case optIn(version: String)
        /// Always on; switching it off is an error.
        case alwaysOn
    }

    /// Whether a model waits for the answers to its calls.
    package enum Calls: Sendable, Equatable {
        /// Always, and the declaration must not mention it.
        case blockingOnly
        /// Never, and scheduling is not supported.
        case nonBlockingOnly
        /// As each declaration says; this where it does not say.
        case either(byDefault: FunctionDeclaration.Behavior)

        /// Whether an answer may say when the model is to speak about it; that is possible only if
        /// the model did not wait for the answer.
        func allowsScheduling(_ wanted: FunctionDeclaration.Behavior?) -> Bool {
            switch self {
            case .blockingOnly, .nonBlockingOnly: false
            case .either(let usual): (wanted ?? usual) == .nonBlocking
            }
        }
    }

    /// How earlier words are given to a fresh session without making the model speak.
    package enum Reseed: Sendable, Equatable {
        /// As initial history in client content.
        case history
        /// As a paragraph of the instruction, which every model takes.
        case instruction
    }

    package var name: String
    package var thinking: Thinking
    package var proactiveAudio: Option
    package var affectiveDialog: Option
    package var calls: Calls
    package var reseed: Reseed
    /// Whether the instruction and the tools may change on an open connection.
    package var updatesContext = false
    /// Whether client content may come at any time; otherwise it is allowed only as history that
    /// the setup announces, and anything more closes the connection.
    package var takesContent = false
    /// Whether it may search the web and call functions in one session.
    package var searchesWithFunctions = true
    /// Whether it translates into a language that the setup names.
    package var translates = false
    /// The age before which a connection is replaced, at a quiet moment (seconds).
    package var connectionSeconds: Int64

    /// The profile of the model that is generally available.
    static let live38 = ModelProfile(
        name: "gemini-3.8-live", thinking: .fixed, proactiveAudio: .alwaysOn,
        affectiveDialog: .unsupported, calls: .either(byDefault: .nonBlocking), reseed: .history,
        updatesContext: true, takesContent: true,
        // Closed after 58 minutes to the second, and could not be resumed after it.
        connectionSeconds: 54 * 60)
    static let live38Extended = ModelProfile(
        name: "gemini-3.8-live-extended-thinking",
        thinking: .levels(["LOW", "MEDIUM", "HIGH"], required: "LOW"),
        proactiveAudio: .alwaysOn, affectiveDialog: .unsupported, calls: .nonBlockingOnly,
        reseed: .history, updatesContext: true, takesContent: true, connectionSeconds: 54 * 60)
    static let flash31 = ModelProfile(
        name: "gemini-3.1-flash-live-preview",
        thinking: .levels(["MINIMAL", "LOW", "MEDIUM", "HIGH"], required: nil),
        proactiveAudio: .unsupported,
        affectiveDialog: .unsupported, calls: .blockingOnly, reseed: .history,
        connectionSeconds: 9 * 60)
    static let flash25 = ModelProfile(
        name: "gemini-2.5-flash-native-audio-preview-12-2025", thinking: .budget,
        proactiveAudio: .optIn(version: "v1alpha"), affectiveDialog: .optIn(version: "v1alpha"),
        calls: .either(byDefault: .blocking), reseed: .instruction,
        takesContent: true, searchesWithFunctions: false, connectionSeconds: 9 * 60)
    static let translate35 = ModelProfile(
        name: "gemini-3.5-live-translate-preview", thinking: .fixed, proactiveAudio: .unsupported,
        affectiveDialog: .unsupported, calls: .blockingOnly, reseed: .instruction,
        translates: true, connectionSeconds: 9 * 60)
    /// The profile of an unknown model: it sends nothing that any model refuses.
    static let unknown = ModelProfile(
        name: "unknown", thinking: .fixed, proactiveAudio: .unsupported,
        affectiveDialog: .unsupported, calls: .blockingOnly, reseed: .instruction,
        searchesWithFunctions: false, connectionSeconds: 9 * 60)

    private static let known = [live38, live38Extended, flash31, flash25, translate35]

    /// The names that a configuration may give in place of the model's own.
    package static let names = known.map(\.name) + [unknown.name]
}

extension ModelProfile {
    /// The profile of a model, or of a name from `names`; an unknown one gets the careful profile.
    package init(of model: String) {
        let id = model.split(separator: "/").last.map(String.init) ?? model
        // Vertex leaves "-preview" and dates out of its names.
        let family: ModelProfile? =
            if id.contains("2.5-flash-native-audio") {
                .flash25
            } else {
                Self.known.first { $0.name == id }
            }
        self = family ?? .unknown
    }
}
