private import CLinux

/// Reports when nodes of sound devices are created, change their owner, or are closed by a program.
///
/// It sees only nodes in a folder: a device behind a sound server has none there.
///
/// ## Concurrency
/// One thread at a time.
package final class SoundNodeWatch: Sendable {
    /// What has happened.
    package struct Changes: OptionSet, Sendable {
        package let rawValue: Int32

        /// Both, either or neither.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// A node was created, or has new permissions.
        package static let came = Changes(rawValue: 1)
        /// A program has closed a node.
        package static let released = Changes(rawValue: 2)
    }

    /// The streams that a node is for.
    package enum Direction: Sendable { case capture, playback }

    private let inotify: FileDescriptor
    private let folder: String
    private let parent: String
    /// The last letter of the names of such nodes.
    private let last: CChar
    /// The folder's name, ended by zero.
    private let name: [CChar]

    /// Watches a folder such as /dev/snd for nodes of a direction; it need not exist yet.
    ///
    /// The corresponding C function is `inotify_init1`.
    package init(folder: String, _ direction: Direction) throws(SystemError) {
        inotify = FileDescriptor(
            adopting: try SystemError.check("inotify_init1") { martlet_inotify() })
        let parts = folder.split(separator: "/")
        self.folder = folder
        parent = "/" + parts.dropLast().joined(separator: "/")
        name = (parts.last.map { Array($0.utf8) } ?? []).map { CChar(bitPattern: $0) } + [0]
        last = CChar(bitPattern: UInt8(ascii: direction == .capture ? "c" : "p"))
        arm()
    }

    /// Watches the folder if it exists by now, and discards events until now.
    ///
    /// The corresponding C function is `inotify_add_watch`.
    package func arm() {
        // If neither folder can be watched, nothing is ever reported.
        _ = martlet_inotify_nodes(inotify.rawValue, folder, parent)
        _ = take()
    }

    /// Takes the changes since the last call; does not wait, allocate or lock.
    package func take() -> Changes {
        Changes(
            rawValue: name.withUnsafeBufferPointer { name in
                martlet_inotify_take(inotify.rawValue, last, name.baseAddress)
            })
    }

    /// Waits for any change, for a signal, which it consumes, or until the time-out.
    ///
    /// Returns whether there was a change. A negative time waits forever.
    package func wait(timeoutMilliseconds: Int32, orUntil wake: EventFD) -> Bool {
        let end = MonotonicClock.now() + Int64(timeoutMilliseconds) * 1_000_000
        while true {
            let left = timeoutMilliseconds < 0 ? -1 : MonotonicClock.milliseconds(until: end)
            let ready = martlet_wait_either(inotify.rawValue, wake.descriptor, left)
            if ready & 2 != 0 {
                wake.drain()
                return false
            }
            if ready & 1 == 0 { return false }
            // Other nodes change too, and are no reason to return.
            if !take().isEmpty { return true }
        }
    }
}
