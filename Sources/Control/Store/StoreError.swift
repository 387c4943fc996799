/// Why something is not kept, in words for the owner.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another program has the folder; what it says of itself.
    case held(folder: String, holder: String)
    /// What is on the disk cannot be read, so nothing is written over it.
    case unreadable(String)
    /// An entry is longer than it may be (bytes).
    case tooLong(name: String, bytes: Int, limit: Int)

    package var description: String {
        switch self {
        case .held(let folder, let holder):
            "the state folder '\(folder)' is in use by \(holder), and two programs would lose each "
                + "other's timers: stop that one (the daemon: systemctl stop martlet), or give "
                + "this one another tools.state_directory"
        case .unreadable(let reason):
            "what is stored cannot be read, and is not written over (\(reason)): let the "
                + "daemon's user own it (chown), or move it away"
        case .tooLong(let name, let bytes, let limit):
            "an entry of \(bytes) bytes for \(name) is longer than \(limit)"
        }
    }
}
