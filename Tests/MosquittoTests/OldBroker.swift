import Synchronization
import TestSockets

/// A broker older than version 5: it knows 3.1.1, and only answers CONNECT.
///
/// With `hangsUp` it then ends the connection, as for another client of the same name.
final class OldBroker: Sendable {
    private let server: RawServer
    private let seen: Seen

    private final class Seen: Sendable {
        let versions = Mutex<[UInt8]>([])
    }

    var port: Int { server.port }

    /// The protocol levels of the CONNECTs so far (MQTT 3.1.1, section 3.1.2.2).
    var versions: [UInt8] { seen.versions.withLock { $0 } }

    init(hangsUp: Bool = false) throws {
        let seen = Seen()
        self.seen = seen
        server = try RawServer { line in
            let bytes = line.read()
            // Type, length (one byte), "MQTT" with its length, level.
            guard bytes.count > 8 else { return }
            let level = bytes[8]
            seen.versions.withLock { $0.append(level) }
            let isKnown = level == 4
            line.write([0x20, 2, 0, isKnown ? 0 : 1])
            while isKnown, !hangsUp, !line.read().isEmpty {}
        }
    }
}
