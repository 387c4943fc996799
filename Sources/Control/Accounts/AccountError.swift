package import Crypto
package import Curl

/// Why there is no token.
///
/// No text of these holds a key or a token.
package enum AccountError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key file cannot be used; the text says why and what to do.
    case keyFile(path: String, problem: String)
    /// The private key in a key file cannot be used.
    case privateKey(path: String, CryptoError)
    /// There was no answer; `service` is who was asked, in a user's words.
    case unanswered(service: String, HTTPError)
    /// The service said no; its own words, and what to do.
    case refused(service: String, status: Int, words: String, advice: String, isTransient: Bool)
    /// The answer is not what the service answers.
    case malformedAnswer(service: String, problem: String)
    /// What is asked for cannot be; the text says why.
    case malformedRequest(String)
    /// More callers wait for a token than allowed.
    case crowded(limit: Int)

    package var description: String {
        switch self {
        case .keyFile(let path, let problem): "the key file '\(path)' \(problem)"
        case .privateKey(let path, let error):
            "the key file '\(path)' has a private key that cannot be used (\(error)): create a new "
                + "key for the service account and download it"
        case .unanswered(let service, let error): "\(service) gave no answer: \(error)"
        case .refused(let service, let status, let words, let advice, _):
            "\(service) refused (\(status): \(words)): \(advice)"
        case .malformedAnswer(let service, let problem):
            "\(service) gave an answer that is none (\(problem)): check who answers there, a proxy "
                + "or a login page of the network perhaps"
        case .malformedRequest(let problem): "no token can be asked for: \(problem)"
        case .crowded(let limit): "\(limit) callers wait for a token already"
        }
    }

    /// Whether the same may succeed a moment later.
    package var isTransient: Bool {
        switch self {
        case .unanswered(_, let error): error.isTransient
        case .refused(_, _, _, _, let isTransient): isTransient
        case .keyFile, .privateKey, .malformedAnswer, .malformedRequest, .crowded: false
        }
    }
}
