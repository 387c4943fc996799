internal import Live
internal import VoiceSession

// What the service's own words say is wrong (live-protocol.md section 1.6).
extension ServiceFault {
    /// The service closed the connection, or refused it, with these words.
    static func refusal(_ reason: CloseReason, code: UInt16?, text: String) -> ServiceFault {
        let evidence =
            text.isEmpty
            ? code.map { "it closed with \($0)" } : code.map { "\($0): \(text)" } ?? text
        switch reason {
        case .credential: return key(RefusedKey(text: text), evidence)
        case .model: return model(text, evidence)
        case .billing:
            return ServiceFault(
                rung: .account, fault: "billing", result: "billing stops the key's project",
                evidence: evidence, remedy: .action("see https://aistudio.google.com/usage"))
        case .project:
            return ServiceFault(
                rung: .account, fault: "project",
                result: "the key's project may not use the service", evidence: evidence,
                remedy: advice(reason, text))
        case .quota:
            return ServiceFault(
                rung: .account, fault: "quota", result: "the key's quota is used up",
                evidence: evidence,
                remedy: .action(
                    "wait a minute, or a day where the quota is a day's; see "
                        + "https://aistudio.google.com/usage"))
        case .region:
            return ServiceFault(
                rung: .answer, fault: "region",
                result: "the service is not offered where this device is", evidence: evidence,
                remedy: advice(reason, text))
        case .payload:
            let fault = text.lowercased()
            let isUnknown = fault.contains("invalid json payload")
            return ServiceFault(
                rung: .setup,
                fault: isUnknown
                    ? "unknown-field" : fault.contains("precondition") ? "precondition" : "refused",
                result: isUnknown
                    ? "the service does not know a field of the setup"
                    : "the service refuses the setup",
                evidence: evidence, remedy: advice(reason, text))
        case .handle, .overloaded, .deadline, .unknown, .transient:
            return passing(code: code, text, evidence)
        }
    }

    /// What the session itself would advise.
    private static func advice(_ reason: CloseReason, _ text: String) -> Finding.Remedy {
        .action(SessionFailure(reason, text: text).advice)
    }

    private static func key(_ key: RefusedKey, _ evidence: String?) -> ServiceFault {
        let result =
            switch key {
            case .missing: "no key reaches the service"
            case .invalid: "the service knows no such key"
            case .expired: "the key has expired"
            case .leaked: "the key was found in public and is blocked for good"
            case .restricted: "the key is restricted, and not for this use"
            case .refused: "the service refuses the key"
            }
        let remedy: Finding.Remedy =
            switch key {
            case .missing: .command("martlet config check")
            case .invalid, .refused:
                .action(
                    "compare the key with https://aistudio.google.com/apikey; `martlet config check` "
                        + "says where it is read from")
            case .expired, .leaked:
                .action(
                    "make another key at https://aistudio.google.com/apikey, and delete this one")
            case .restricted:
                .action(
                    "allow it the Gemini API, from any address, at "
                        + "https://console.cloud.google.com/apis/credentials")
            }
        return ServiceFault(
            rung: .key, fault: key.rawValue, result: result, evidence: evidence, remedy: remedy)
    }

    /// Words that say that a model was there once.
    private static let endings = ["shut down", "no longer", "discontinued", "retired"]

    private static func model(_ text: String, _ evidence: String?) -> ServiceFault {
        let words = text.lowercased()
        let isGone = endings.contains { words.contains($0) }
        return ServiceFault(
            rung: .setup, fault: isGone ? "model-gone" : "model-unknown",
            result: isGone
                ? "the model was shut down" : "there is no such model, or it cannot converse",
            evidence: evidence, remedy: advice(.model, text))
    }

    /// What may pass by itself: a part of the words, the fault's name, and the fault.
    private static let passings: [(words: String, fault: String, result: String)] = [
        ("invalid session handle", "handle-invalid", "the service refuses a session's handle"),
        ("session not found", "handle-unknown", "the service does not know a session's handle"),
        ("session expired", "handle-expired", "a session's handle has expired"),
        ("operation is not implemented", "not-implemented", "the service lacks an operation"),
        ("requested entity was not found", "entity", "the service misses a part of the session"),
        ("application/json isn", "content-type", "the service refuses its own tool's output"),
        ("the audio content type", "audio-type", "the service refuses sound for this model"),
        ("client failed to close", "go-away", "the session's time was over"),
        ("deadline expired", "deadline", "the service's own deadline has passed"),
        ("operation was cancelled", "cancelled", "the service cancelled the session"),
        ("operation was aborted", "aborted", "the service, or something in between, aborted"),
        ("internal error encountered", "internal", "the service has an internal error"),
        ("internal error", "internal-occurred", "an internal error occurred in the service"),
        ("unavailable", "unavailable", "the service is not available now"),
        ("overloaded", "overloaded", "the service has too much to do"),
        ("high demand", "overloaded", "the service has too much to do"),
        ("keepalive ping timeout", "ping", "pings were not answered in time"),
    ]

    private static func passing(
        code: UInt16?, _ text: String, _ evidence: String?
    ) -> ServiceFault {
        let words = text.lowercased()
        let known = passings.first { words.contains($0.words) }
        let (fault, result) =
            switch (known, code) {
            case (let known?, _): (known.fault, known.result)
            case (nil, 1000): ("ended", "the service ended the session at once")
            case (nil, 1001): ("going-away", "the service is going away")
            case (nil, 1006): ("cut", "the line was cut without a word")
            default: ("refused", "the service refuses the session")
            }
        return ServiceFault(
            rung: .session, fault: fault, result: result, evidence: evidence,
            remedy: .action(
                "wait a minute and try again; if it stays so, see "
                    + "https://aistudio.google.com/status, and try another live.model"))
    }
}
