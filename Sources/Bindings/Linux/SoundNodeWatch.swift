private import CLinux

/// Tells when the nodes of sound devices come, get another owner, or are let go by a program.
///
/// Only what a folder of device nodes shows: a device behind a sound server is not among it.
///
/// ## Concurrency
/// One thread at a time.
package final class SoundNodeWatch: Sendable {
    /// What has happened.
    package struct Changes: OptionSet, Sendable {
        package let rawValue: Int32

        /// Both, either or neither.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// A node has come, or may be opened by others than before.
        package static let came = Changes(rawValue: 1)
        /// A program has closed a node.
        package static let released = Changes(rawValue: 2)
    }

    /// The streams that a node is for.
    package enum Direction: Sendable { case capture, playback }

    private let inotify: FileDescriptor
    private let folder: String
    private let parent: String
    /// What the names of such nodes end in.
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

    /// Watches the folder if it has come since, and forgets what has happened until now.
    ///
    /// The corresponding C function is `inotify_add_watch`.
    package func arm() {
        // Where neither folder can be watched, nothing is ever reported.
        _ = martlet_inotify_nodes(inotify.rawValue, folder, parent)
        _ = take()
    }

    /// Takes what has happened; does not wait, allocate or lock.
    package func take() -> Changes {
        Changes(
            rawValue: name.withUnsafeBufferPointer { name in
                martlet_inotify_take(inotify.rawValue, last, name.baseAddress)
            })
    }

    /// Waits for any change, or a signal, which is taken, or until the time is over.
    ///
    /// Returns whether there was a change. A negative time waits for ever.
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
