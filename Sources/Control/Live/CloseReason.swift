/// Why the service closed a connection, and so what is to be done.
///
/// The codes are shared by unlike faults, so the text decides first and the code second
/// (live-protocol.md section 1.6). Texts are cut at 123 bytes, hence prefixes.
package enum CloseReason: Sendable, Equatable {
    /// The key is wrong, expired or missing: asking again changes nothing.
    case credential
    /// There is no key at all; ours, never a close of the service's.
    case noKey
    /// The settings have a mistake, so nobody is asked; ours, never a close of the service's.
    case settings
    /// The model does not exist or not for this use.
    case model
    /// Billing stops the project.
    case billing
    /// The day's tokens are spent; ours, never a close of the service's.
    case budget
    /// What we sent was refused: sending it again would be refused again.
    case payload
    /// The session cannot be resumed; a fresh one can be had.
    case handle
    /// Too many requests or sessions: wait for a minute.
    case quota
    /// The connection's time was over; resume.
    case deadline
    /// Anything that may pass.
    case transient

    /// Sorts a close by its text and code.
    package init(code: UInt16, reason: String) {
        let byText: [(String, CloseReason)] = [
            ("API key", .credential), ("Method doesn't allow unregistered", .credential),
            ("Your project has exceeded its monthly spending cap", .billing),
            ("You exceeded your current quota", .quota),
            ("BidiGenerateContent session", .handle), ("Invalid session handle", .handle),
            // Faults of a session's own state, which a fresh one does not have.
            ("Operation is not implemented", .handle), ("Requested entity was not found", .handle),
            ("Request trace id", .handle),
            ("Connection aborted because the client failed to close", .deadline),
            ("Deadline expired", .deadline), ("The operation was cancelled", .deadline),
            ("Invalid JSON payload", .payload), ("Request contains an invalid argument", .payload),
            ("Precondition check failed", .payload),
            // A fault of the service in the middle of a call, in spite of its code.
            ("The audio content type", .transient),
        ]
        if let known = byText.first(where: { reason.hasPrefix($0.0) }) {
            self = known.1
        } else if reason.hasPrefix("models/") || reason.contains("is not found for API version") {
            self = .model
        } else if code == 1007 {
            self = .payload
        } else if code == 1000 || code == 1001 {
            self = .deadline
        } else {
            self = .transient
        }
    }
}
