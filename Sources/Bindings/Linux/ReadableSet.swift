private import CLinux

/// Several descriptors behind one, which is readable while any of them is.
///
/// For types that watch more than one descriptor but offer a single one.
package struct ReadableSet: ~Copyable, Sendable {
    private let epoll: FileDescriptor

    /// The corresponding C functions are `epoll_create1` and `epoll_ctl`.
    package init(watching descriptors: [Int32]) throws(SystemError) {
        let epoll = FileDescriptor(
            adopting: try SystemError.check("epoll_create1") { martlet_epoll() })
        let descriptor = epoll.rawValue
        for member in descriptors {
            try SystemError.check("epoll_ctl") { martlet_epoll_add(descriptor, member) }
        }
        self.epoll = epoll
    }

    /// Readable while a member is; closed with the set.
    package var descriptor: Int32 { epoll.rawValue }
}
