private import Glibc

/// A field of a message in the journal, by which `journalctl` finds it.
package struct JournalField: Sendable, Equatable {
    /// Capital letters, digits and underscores, at most 64; a letter first.
    package var name: String
    package var value: String

    /// A field of this name and value.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The journal's own socket, which takes messages with fields.
///
/// Each message opens a socket of its own, so that a journal that was restarted is found again. The
/// protocol is systemd's Native Journal Protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
package struct JournalSocket: Sendable {
    private let address: UnixAddress

    /// The journal that listens at a path.
    package init(path: String = "/run/systemd/journal/socket") { address = .path(path) }

    /// The journal to which standard error already goes; nil where it goes elsewhere.
    ///
    /// `environment` has JOURNAL_STREAM, which is inherited by programs whose standard error was
    /// redirected since; its device and inode tell them apart (systemd.exec(5)).
    package init?(environment: [String: String]) {
        guard let stream = environment["JOURNAL_STREAM"] else { return nil }
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0 else { return nil }
        guard stream == "\(status.st_dev):\(status.st_ino)" else { return nil }
        self.init()
    }

    /// Sends one message; returns whether the journal took it at once.
    ///
    /// It takes none while it is behind, while it is away, and none that is longer than a datagram
    /// (about 200 kB). From any thread but a real-time one. The corresponding C function is `send`.
    package func send(_ fields: [JournalField]) -> Bool {
        let message = Self.message(fields)
        guard let socket = try? UnixSocket(connectingTo: address, kind: .datagram),
            let count = try? socket.send(message[...])
        else { return false }
        return count == message.count
    }

    /// The fields as the journal reads them; those whose names it would refuse are left out.
    static func message(_ fields: [JournalField]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields where isName(field.name) {
            let value = Array(field.value.utf8)
            bytes += Array(field.name.utf8)
            if value.contains(UInt8(ascii: "\n")) {
                bytes.append(UInt8(ascii: "\n"))
                let length = UInt64(value.count)
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += value
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Whether the journal keeps a field of this name; an underscore first is for its own.
    private static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
        else { return false }
        return bytes.count <= 64
            && bytes.allSatisfy {
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "_")
            }
    }
}
