internal import Tools

/// Why nothing can be made of what the model said.
enum HomeFault: Error, Sendable, Equatable {
    /// No name in the lists is meant; fresher ones may have it.
    case unknown(String)
    /// What is meant is clear, or must be asked; fresher lists would not help.
    case refused(String)

    /// The same for the model.
    var failure: ToolFailure {
        switch self {
        case .unknown(let words), .refused(let words): ToolFailure(words)
        }
    }
}
