import TestSockets

/// A request as it was received.
package struct ReceivedRequest: Sendable {
    /// "GET" and so on.
    package let method: String
    /// Path and query, or the whole URL for a proxy.
    package let target: String
    /// In the order received.
    package let headers: [(name: String, value: String)]
    /// The number of bytes in Content-Length.
    package let body: [UInt8]

    /// The value of the first header of a name, in any case.
    package subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The request line and the headers, as they are forwarded.
    var head: String {
        let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        return "\(method) \(target) HTTP/1.1\r\n\(lines)\r\n"
    }
}

/// Cuts requests out of a connection's bytes.
struct RequestReader {
    private let line: Line
    private var held: [UInt8] = []

    init(line: Line) { self.line = line }

    /// The next request; nil at the end of the connection.
    mutating func next() -> ReceivedRequest? {
        var headEnd: Int?
        while headEnd == nil {
            headEnd = held.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
            if headEnd == nil, !receive() { return nil }
        }
        guard let headEnd else { return nil }
        let lines = String(decoding: held[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        held.removeFirst(headEnd)
        guard let first = lines.first?.split(separator: " "), first.count == 3 else { return nil }
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (String(line[..<colon]), String(value))
        }
        let length =
            headers.first { $0.name.lowercased() == "content-length" }
            .flatMap { Int($0.value) } ?? 0
        while held.count < length { guard receive() else { return nil } }
        let body = Array(held[..<length])
        held.removeFirst(length)
        return ReceivedRequest(
            method: String(first[0]), target: String(first[1]), headers: headers, body: body)
    }

    private mutating func receive() -> Bool {
        let bytes = line.read()
        held += bytes
        return !bytes.isEmpty
    }
}
