package import Curl
internal import Synchronization
package import WireCodec

/// The address of a server for HTTP, looked up for each request, since secrets may change.
package struct HTTPPlace: Sendable {
    package let url: @Sendable () throws -> String
    /// What every request carries, such as a token.
    package let headers: @Sendable () throws -> [HTTPHeader]
    /// A PEM file whose authorities alone are trusted; nil trusts the system's.
    package let certificateAuthorityFile: String?

    /// A place with its headers.
    package init(
        url: @escaping @Sendable () throws -> String,
        headers: @escaping @Sendable () throws -> [HTTPHeader], certificateAuthorityFile: String?
    ) {
        self.url = url
        self.headers = headers
        self.certificateAuthorityFile = certificateAuthorityFile
    }
}

/// A server that is reached by HTTP: the transport "streamable HTTP" of the revisions 2025-03-26
/// to 2025-11-25.
///
/// Each message of ours is a POST; the server answers with one JSON text or a stream of events. A
/// GET, if the server accepts one, brings the server's own messages.
///
/// ## Concurrency
/// The lock protects the connection that is open.
package final class HTTPTransport: ServerTransport {
    /// Each start is only a request, and a call must find a network that was away.
    package let startsPerHour = 600

    private let place: HTTPPlace
    private let client: HTTPClient
    private let connection = Mutex<HTTPConnection?>(nil)

    /// A server at a place.
    package init(_ place: HTTPPlace, client: HTTPClient) {
        self.place = place
        self.client = client
    }

    /// Gets ready to send; nothing is sent yet.
    package func open(_ onEvent: @escaping @Sendable (TransportEvent, Int) -> Void) {
        let opened = HTTPConnection(place, client, onEvent)
        connection.withLock { $0 = opened }
        onEvent(.opened, 0)
    }

    /// Queues a message, which is sent after those before it.
    package func send(_ message: JSONValue, id: Int64?) {
        connection.withLock { $0 }?.send(message, id: id)
    }

    /// Names the version in each request from now on, and listens.
    package func agreed(version: String) { connection.withLock { $0 }?.agreed(version: version) }

    /// Lets more be read.
    package func took(_ bytes: Int) { connection.withLock { $0 }?.took(bytes) }

    /// Ends what is under way, and the session.
    package func close() {
        let closed = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        closed?.close()
    }
}
