/// Why a value is not stored, in words for the owner.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another program uses the folder; `holder` is its own description.
    case held(folder: String, holder: String)
    /// The stored value cannot be read, so it is not overwritten.
    case unreadable(String)
    /// An entry exceeds the limit (bytes).
    case tooLong(name: String, bytes: Int, limit: Int)

    package var description: String {
        switch self {
        case .held(let folder, let holder):
            "the state folder '\(folder)' is in use by \(holder), and two programs would lose each "
                + "other's timers: stop that one (the daemon: systemctl stop martlet), or give "
                + "this one another tools.state_directory"
        case .unreadable(let reason):
            "the stored value cannot be read, and is not overwritten (\(reason)): let the "
                + "daemon's user own it (chown), or move it away"
        case .tooLong(let name, let bytes, let limit):
            "an entry of \(bytes) bytes for \(name) is longer than \(limit)"
        }
    }
}
