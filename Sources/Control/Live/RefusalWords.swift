/// The meaning of the service's texts, wherever they occur: in a close, in the body of a refused
/// upgrade, or in an error of its own.
///
/// A text may begin with a trace id or the words of another layer, in any case, and may be cut at
/// 123 bytes, so it is searched for phrases and not compared.
enum RefusalWords {
    /// A text of this length (bytes) may be cut: a close holds 123, and a multi-byte character may
    /// leave some of them unused.
    private static let longestWhole = 119
    /// At least this much of a phrase (bytes) at the end of a cut text counts as the whole phrase.
    private static let shortestPart = 12

    /// The first match decides: phrases about quoted words of ours come first, the service's names
    /// of a status, which accompany any text, last.
    private static let phrases: [(words: String, reason: CloseReason)] = [
        ("invalid json payload", .payload),
        ("contains an invalid argument", .payload),
        ("precondition check failed", .payload),
        // A fault of the service in the middle of a call, despite its code.
        ("the audio content type", .transient),
        // Faults of a session's own state, which a fresh one does not have.
        ("bidigeneratecontent session", .handle),
        ("invalid session handle", .handle),
        ("operation is not implemented", .handle),
        ("requested entity was not found", .handle),
        ("application/json isn", .handle),
        ("because the client failed to close", .deadline),
        ("deadline expired", .deadline),
        ("operation was cancelled", .deadline),
        ("operation was aborted", .transient),
        ("internal error", .transient),
        ("spending cap", .billing),
        ("prepayment", .billing),
        ("credits are depleted", .billing),
        ("billing account", .billing),
        ("enable billing", .billing),
        ("billing to be enabled", .billing),
        ("billing is disabled", .billing),
        ("billing_disabled", .billing),
        ("exceeded your current quota", .quota),
        ("quota exceeded", .quota),
        ("resource has been exhausted", .quota),
        ("maximum concurrent", .quota),
        ("too many requests", .quota),
        ("rate_limit_exceeded", .quota),
        ("overloaded", .overloaded),
        ("currently unavailable", .overloaded),
        ("high demand", .overloaded),
        ("location is not supported", .region),
        ("not available in your", .region),
        ("has not been used in project", .project),
        ("it is disabled", .project),
        ("service_disabled", .project),
        ("denied access", .project),
        ("not found or deleted", .project),
        ("project not found", .project),
        ("project was not found", .project),
        ("has been suspended", .project),
        ("consumer_suspended", .project),
        ("consumer_invalid", .project),
        ("is not found for api version", .model),
        ("is not supported for bidigeneratecontent", .model),
        ("publisher model", .model),
        ("api key", .credential),
        ("api_key", .credential),
        ("unregistered callers", .credential),
        ("authentication credential", .credential),
        ("oauth 2 access token", .credential),
        ("access_token", .credential),
        ("token has expired", .credential),
        // A key that is restricted to other programs, addresses or interfaces.
        ("are blocked", .credential),
        ("unauthenticated", .credential),
        ("resource_exhausted", .quota),
        ("permission_denied", .project),
        ("permission denied", .project),
        ("does not have permission", .project),
        ("deadline_exceeded", .deadline),
        ("invalid_argument", .payload),
    ]

    /// How the service describes a model that was removed; for anything else the fault may pass.
    private static let endsOfModels = [
        "shut down", "no longer", "discontinued", "retired", "not found", "not exist",
    ]

    /// The meaning of a text; nil if it is unknown.
    static func reason(in text: String) -> CloseReason? {
        let text = text.lowercased()
        if let known = phrases.first(where: { text.contains($0.words) }) { return known.reason }
        if words(of: text).hasPrefix("models/") { return .model }
        if text.contains("model"), endsOfModels.contains(where: { text.contains($0) }) {
            return .model
        }
        guard text.utf8.count >= longestWhole else { return nil }
        return phrases.first { ends(text, within: $0.words) }?.reason
    }

    /// A text without the trace id before it.
    private static func words(of text: String) -> Substring {
        guard text.hasPrefix("request trace id") else { return text[...] }
        let rest = text.drop { $0 != "," }.dropFirst()
        return rest.drop { $0 == " " }
    }

    private static func ends(_ text: String, within phrase: String) -> Bool {
        guard phrase.utf8.count > shortestPart else { return false }
        return (shortestPart..<phrase.utf8.count).contains { text.hasSuffix(phrase.prefix($0)) }
    }
}
