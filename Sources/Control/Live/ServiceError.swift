internal import WireCodec

/// An error in the service's format, in a message or as the body of a refused upgrade
/// (google.rpc.Status in JSON).
package struct ServiceError: Sendable, Equatable {
    /// An HTTP status; nil when none is given.
    package var code: Int?
    package var message: String
    /// Such as `RESOURCE_EXHAUSTED`.
    package var status: String
    /// Such as `API_KEY_INVALID`, from the details.
    package var reasons: [String]
    /// How long the service asks us to wait (nanoseconds, 0 to `RetryDelay.longest`).
    package var retryDelay: Int64?

    /// Reads the value of `error`; nil when it is empty.
    init?(_ json: JSONValue) {
        if let text = json.string, !text.isEmpty {
            self.init(code: nil, message: text)
            return
        }
        guard let members = json.object, !members.isEmpty else { return nil }
        let code = json["code"]?.int ?? json["code"]?.string.flatMap { Int64($0) }
        self.init(
            code: code.flatMap { Int(exactly: $0) }, message: json["message"]?.string ?? "",
            status: json["status"]?.string ?? "")
        for detail in json["details"]?.array ?? [] {
            if let reason = detail["reason"]?.string { reasons.append(reason) }
            retryDelay = retryDelay ?? detail["retryDelay"].flatMap(RetryDelay.wait)
        }
    }

    private init(code: Int?, message: String, status: String = "") {
        self.code = code
        self.message = message
        self.status = status
        reasons = []
    }

    /// The error in the body of an answer; Google wraps it into a list where it streams.
    static func inBody(_ body: [UInt8]) -> ServiceError? {
        guard let json = try? JSONValue(foreign: body) else { return nil }
        let answer = json.array?.first ?? json
        return answer["error"].flatMap(ServiceError.init)
    }

    /// The reason that its words give; nil for unknown words.
    var knownReason: CloseReason? {
        // The details are the most specific about the fault, and the status the least.
        RefusalWords.reason(in: message) ?? RefusalWords.reason(in: reasons.joined(separator: " "))
            ?? RefusalWords.reason(in: status)
    }

    /// The reason of an error that came in a message.
    var reason: CloseReason {
        if let knownReason { return knownReason }
        return switch code {
        case 400: .payload
        case 401, 403: .credential
        case 404: .model
        case 429: .quota
        case 503, 529: .overloaded
        default: .transient
        }
    }

    /// Its words, for a log (at most 300 characters).
    package var text: String {
        let words = message.isEmpty ? "an error without words" : String(message.prefix(300))
        let name = status.isEmpty ? code.map { "\($0)" } ?? "" : status
        return name.isEmpty || words.contains(name) ? words : "\(words) (\(name.prefix(60)))"
    }
}

/// How long a far end asks us to wait, bounded.
enum RetryDelay {
    /// The longest wait that is honoured (nanoseconds): an hour.
    static let longest: Int64 = 3_600_000_000_000

    /// Nanoseconds, 0 to `longest`.
    static func wait(seconds: Int64) -> Int64 {
        min(max(0, seconds), longest / 1_000_000_000) * 1_000_000_000
    }

    /// A duration in JSON, such as "37s" (nanoseconds, 0 to `longest`); nil for other values.
    static func wait(_ json: JSONValue) -> Int64? {
        WireDuration(json).map { min($0.nanoseconds, longest) }
    }
}

/// A duration in protobuf's JSON: decimal seconds and an `s`, such as "11.600s".
struct WireDuration {
    /// A longer one is cut to this (seconds): a day.
    static let limit = 86_400.0

    /// 0 to `limit`.
    let seconds: Double

    var nanoseconds: Int64 { Int64(seconds * 1e9) }

    /// Nil for anything else, negative durations included; more than `limit` becomes the limit.
    init?(_ json: JSONValue) {
        guard let text = json.string, text.hasSuffix("s"), let number = Double(text.dropLast()),
            number >= 0
        else { return nil }
        seconds = min(number, Self.limit)
    }
}
