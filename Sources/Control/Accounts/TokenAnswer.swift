internal import Curl
internal import WireCodec

/// The answers of token servers, read with care.
enum TokenAnswer {
    /// The deadline of a token request, whatever the server answers.
    static let deadline: Duration = .seconds(30)
    /// The limit of a token answer (bytes).
    static let limitBytes = 64 << 10
    /// How much of a server's words a log line can hold (characters).
    static let wordsLimit = 300
    /// The longest plausible lifetime; a larger number is a mistake.
    static let longestLifetimeSeconds: Int64 = 24 * 60 * 60

    /// The answer to a request to a token server.
    static func ask(
        _ service: String, _ request: HTTPRequest, _ http: HTTPClient
    ) async throws(AccountError) -> HTTPResponse {
        var request = request
        request.deadline = request.deadline ?? deadline
        request.responseLimitBytes = limitBytes
        do throws(HTTPError) {
            return try await http.perform(request)
        } catch {
            throw .unanswered(service: service, error)
        }
    }

    /// The object in an answer of status 200.
    static func object(
        _ service: String, _ response: HTTPResponse
    ) throws(AccountError) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: response.body)
        } catch {
            throw .malformedAnswer(service: service, problem: "no JSON: \(error)")
        }
        guard value.object != nil else {
            throw .malformedAnswer(service: service, problem: "\(value.kind), not an object")
        }
        return value
    }

    /// The OAuth token in an answer of status 200 (RFC 6749, 5.1).
    static func accessToken(
        _ service: String, _ response: HTTPResponse
    ) throws(AccountError) -> IssuedToken {
        let object = try object(service, response)
        guard let token = object["access_token"]?.string, isToken(token) else {
            throw .malformedAnswer(service: service, problem: "no access_token")
        }
        // Some servers write the number as a string.
        let seconds = object["expires_in"].flatMap { $0.int ?? $0.string.flatMap { Int64($0) } }
        guard let seconds, seconds > 0, seconds <= longestLifetimeSeconds else {
            throw .malformedAnswer(service: service, problem: "no usable expires_in")
        }
        return IssuedToken(token: Secret(token), lifetime: .seconds(seconds))
    }

    /// Whether a text is valid in a header.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// A server's reason on one line: from either of Google's error forms, otherwise the beginning
    /// of the text.
    static func words(_ response: HTTPResponse) -> String {
        let value = try? JSONValue(parsing: response.body)
        let error = value?["error"]
        let parts = [
            error?.string ?? error?["status"]?.string,
            value?["error_description"]?.string ?? error?["message"]?.string,
        ].compactMap { $0 }
        let text =
            parts.isEmpty
            ? String(decoding: response.body.prefix(wordsLimit), as: UTF8.self)
            : parts.joined(separator: ": ")
        let words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return words.isEmpty ? "no reason given" : String(words.prefix(wordsLimit))
    }

    /// Whether the same request may succeed a moment later, by its status or OAuth's error code.
    static func isTransient(_ response: HTTPResponse) -> Bool {
        if [408, 429, 500, 502, 503, 504].contains(response.status) { return true }
        let error = (try? JSONValue(parsing: response.body))?["error"]?.string
        return ["internal_failure", "server_error", "temporarily_unavailable"]
            .contains(error ?? "")
    }

    /// The error for an answer with a status other than 200.
    static func refusal(
        _ service: String, _ response: HTTPResponse, advice: String
    ) -> AccountError {
        let isTransient = isTransient(response)
        return .refused(
            service: service, status: response.status, words: words(response),
            advice: isTransient ? "it may work later" : advice, isTransient: isTransient)
    }
}
