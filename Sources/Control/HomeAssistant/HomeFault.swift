internal import Tools

/// Why the model's request cannot be carried out.
enum HomeFault: Error, Sendable, Equatable {
    /// No name in the lists fits; fresher lists may have it.
    case unknown(String)
    /// The meaning is clear, or the user must be asked; fresher lists would not help.
    case refused(String)

    /// The same for the model.
    var failure: ToolFailure {
        switch self {
        case .unknown(let words), .refused(let words): ToolFailure(words)
        }
    }
}
