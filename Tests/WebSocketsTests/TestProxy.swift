import TestSockets

/// A proxy that knows CONNECT and resolves every name to this machine.
struct TestProxy: Sendable {
    let server: RawServer
    /// The heads of the requests.
    let heads = Shared<[String]>([])

    var port: Int { server.port }

    /// Answers with `refusal` if given.
    init(refusal: String? = nil) throws {
        let heads = heads
        server = try RawServer { line in
            let head = line.readHead()
            heads.withLock { $0.append(head) }
            if let refusal {
                line.write("HTTP/1.1 \(refusal)\r\n\r\n")
                return
            }
            let authority = head.split(separator: " ").dropFirst().first ?? ""
            let port = authority.split(separator: ":").last.flatMap { Int($0) } ?? 0
            guard let far = line.connect(port: port) else {
                line.write("HTTP/1.1 502 No\r\n\r\n")
                return
            }
            line.write("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
            line.join(far)
        }
    }
}
