internal import Curl
internal import Synchronization
internal import Text
internal import WireCodec

/// The answer to one POST.
struct HTTPReply {
    /// The longest answer to one message, all its events together (bytes).
    static let limitBytes = 8 << 20

    let head: HTTPHead
    let body: HTTPBody
    /// The id of the request that it answers; nil for a message without an answer.
    let id: Int64?
    let hadSession: Bool
}

// What the server sends.

extension HTTPConnection {
    /// How often in a row a broken stream is resumed without bringing anything new.
    private static let resumptionsLimit = 5
    /// Waits before the stream of an answer is resumed (milliseconds): the default, and the range
    /// that the server may ask for.
    private static let retryMilliseconds = 1_000
    private static let retryRange = 250...60_000
    /// How much a stream of the server's own messages may bring before it is reopened (bytes).
    private static let listeningLimitBytes = 64 << 20
    /// Limits of a refusal's text (bytes, characters).
    private static let refusalLimitBytes = 64 << 10
    private static let refusalWords = 200

    func read(_ reply: HTTPReply) async {
        do {
            switch reply.head.status {
            case 200:
                if isStream(reply.head) {
                    try await readStream(reply)
                } else {
                    try await readWhole(reply)
                }
            case 201...299:
                guard let id = reply.id else { return }
                tell(
                    .undelivered(
                        id: id, reason: "it took the request and gave no answer", fate: .unknown))
            default: try await refused(reply)
            }
        } catch {
            guard !Task.isCancelled else { return }
            tell(.undelivered(id: reply.id, reason: "\(error)", fate: .unknown))
        }
    }

    private func isStream(_ head: HTTPHead) -> Bool {
        (head["content-type"] ?? "").lowercased().hasPrefix("text/event-stream")
    }

    private func readWhole(_ reply: HTTPReply) async throws {
        let bytes = try await reply.body.collect(limitBytes: HTTPReply.limitBytes)
        guard reply.id != nil || !bytes.isEmpty else { return }
        do {
            let json = try JSONValue(foreign: bytes)
            await tell(json, bytes: bytes.count)
            if let id = reply.id, !answers(json, id) {
                throw HTTPProblem.unanswered
            }
        } catch let error as JSONError {
            throw HTTPProblem.noMessage("\(error)")
        }
    }

    private func refused(_ reply: HTTPReply) async throws {
        let status = reply.head.status
        if status == 404, reply.hadSession {
            return tell(
                .undelivered(id: reply.id, reason: "it has ended the session", fate: .sessionGone))
        }
        let bytes = (try? await reply.body.collect(limitBytes: Self.refusalLimitBytes)) ?? []
        if let json = try? JSONValue(foreign: bytes), let id = reply.id, let error = json["error"] {
            // Servers that refuse a request as such do not look for its id.
            return await tell(["id": .int(id), "error": error], bytes: bytes.count)
        }
        var words = "it answered with status \(status)"
        switch status {
        case 300...399: words += ": it wants to be asked at another url, which is not followed"
        case 401, 403: words += ": check the headers of its settings, and the secret in them"
        default:
            let text = String(decoding: bytes, as: UTF8.self).oneLine(limit: Self.refusalWords)
            if !text.isEmpty { words += ": \(text)" }
        }
        // A server that refuses a request has not executed it; one that fails may have.
        tell(
            .undelivered(
                id: reply.id, reason: words,
                fate: (300...499).contains(status) ? .refused : .unknown))
    }

    /// Whether a message, or one of several, is the response to a request.
    private func answers(_ json: JSONValue, _ id: Int64) -> Bool {
        if let several = json.array { return several.contains { answers($0, id) } }
        return json["method"] == nil && json["id"]?.int == id
    }

    // MARK: - Streams

    private func readStream(_ reply: HTTPReply) async throws {
        var stream = EventStream(limitBytes: StdioTransport.lineLimitBytes)
        var end = try await take(reply.body, &stream, until: reply.id)
        var tries = 0
        while let id = reply.id, !end.isAnswered {
            // Only a server that numbers its events can resume where the stream was cut.
            guard let last = stream.lastID, tries < Self.resumptionsLimit else {
                throw HTTPProblem.unanswered
            }
            tries = end.hasEvents ? 0 : tries + 1
            try await pause(stream.retryMilliseconds)
            var request = try listening()
            request.headers.append(HTTPHeader("Last-Event-ID", last))
            let (head, body) = try await client.stream(request)
            guard head.status == 200, isStream(head) else { throw HTTPProblem.unanswered }
            stream = EventStream(limitBytes: StdioTransport.lineLimitBytes, lastID: last)
            end = try await take(body, &stream, until: id)
        }
    }

    private struct StreamEnd {
        var isAnswered = false
        var hasEvents = false
    }

    /// Reports a stream's messages until the response to a request, or its end.
    private func take(
        _ body: HTTPBody, _ stream: inout EventStream, until id: Int64?
    ) async throws -> StreamEnd {
        var end = StreamEnd()
        do {
            for try await piece in body {
                for event in try stream.take(piece) {
                    end.hasEvents = true
                    // The first event is empty and only gives an id.
                    guard !event.data.isEmpty else { continue }
                    guard let json = try? JSONValue(foreign: Array(event.data.utf8)) else {
                        tell(.noise(String(event.data.prefix(Self.refusalWords))))
                        continue
                    }
                    await tell(json, bytes: event.data.utf8.count)
                    if let id, answers(json, id) {
                        end.isAnswered = true
                        return end
                    }
                }
            }
        } catch let error as HTTPError {
            // A broken stream can be resumed.
            guard error.isTransient, stream.lastID != nil else { throw error }
        }
        return end
    }

    private func pause(_ milliseconds: Int?) async throws {
        let wanted = milliseconds ?? Self.retryMilliseconds
        let wait = min(max(wanted, Self.retryRange.lowerBound), Self.retryRange.upperBound)
        try await ContinuousClock().sleep(for: .milliseconds(wait))
    }

    private func listening() throws -> HTTPRequest {
        var request = try request("GET")
        request.headers.append(HTTPHeader("Accept", "text/event-stream"))
        request.responseLimitBytes = Self.listeningLimitBytes
        return request
    }

    /// Takes the server's own messages, until it offers no more streams.
    func listen() async {
        var last: String?
        var pace = ListeningPace()
        while !Task.isCancelled {
            var (hadEvents, asked) = (false, Int?.none)
            do {
                var request = try listening()
                if let last { request.headers.append(HTTPHeader("Last-Event-ID", last)) }
                let (head, body) = try await client.stream(request)
                guard head.status == 200, isStream(head) else {
                    if head.status == 404, state.withLock({ $0.session }) != nil {
                        tell(
                            .undelivered(
                                id: nil, reason: "it has ended the session", fate: .sessionGone))
                    }
                    // 405: it sends no messages of its own.
                    return
                }
                var stream = EventStream(limitBytes: StdioTransport.lineLimitBytes, lastID: last)
                let end = try await take(body, &stream, until: nil)
                last = stream.lastID
                (hadEvents, asked) = (end.hasEvents, stream.retryMilliseconds)
            } catch let error as HTTPError where error.isTransient || error.isTooLarge {
                // A stream that has reached the limit is reopened.
                tell(.undelivered(id: nil, reason: "\(error)", fate: .unknown))
            } catch {
                return
            }
            do {
                let wait = pace.wait(hadEvents: hadEvents, asked: asked)
                try await ContinuousClock().sleep(for: .milliseconds(wait))
            } catch {
                return
            }
        }
    }
}

extension HTTPError {
    /// Whether an answer was longer than it may be.
    fileprivate var isTooLarge: Bool { if case .tooLarge = self { true } else { false } }
}

/// Why an answer is invalid.
private enum HTTPProblem: Error, CustomStringConvertible {
    case unanswered
    case noMessage(String)

    var description: String {
        switch self {
        case .unanswered: "the line ended before it answered"
        case .noMessage(let problem): "what it answered is no JSON (\(problem))"
        }
    }
}
