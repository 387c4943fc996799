private import Glibc

extension Files {
    /// Whether anybody but the owner may read a file; false when there is none.
    ///
    /// The corresponding C function is `stat`.
    package static func isReadableByOthers(_ path: String) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0 else { return false }
        return information.st_mode & (S_IRGRP | S_IROTH) != 0
    }
}
