package import Crypto
package import Curl

/// Why there is no token.
///
/// None of these texts holds a key or a token.
package enum AccountError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key file cannot be used; the text says why and what to do.
    case keyFile(path: String, problem: String)
    /// The private key in a key file cannot be used.
    case privateKey(path: String, CryptoError)
    /// There was no answer; `service` is its name in a user's words.
    case unanswered(service: String, HTTPError)
    /// The service refused; its own words, and advice.
    case refused(service: String, status: Int, words: String, advice: String, isTransient: Bool)
    /// The answer does not have the service's format.
    case malformedAnswer(service: String, problem: String)
    /// The request is invalid; the text says why.
    case malformedRequest(String)
    /// The limit of callers that wait for a token is reached.
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
            "\(service) gave an invalid answer (\(problem)): check whether a proxy or a login "
                + "page of the network answers there"
        case .malformedRequest(let problem): "no token can be requested: \(problem)"
        case .crowded(let limit): "\(limit) callers are already waiting for a token"
        }
    }

    /// Whether the same request may succeed a moment later.
    package var isTransient: Bool {
        switch self {
        case .unanswered(_, let error): error.isTransient
        case .refused(_, _, _, _, let isTransient): isTransient
        case .keyFile, .privateKey, .malformedAnswer, .malformedRequest, .crowded: false
        }
    }
}
