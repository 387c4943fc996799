private import Glibc

extension Files {
    /// Whether users other than the owner may read a file; false when there is no file.
    ///
    /// The corresponding C function is `stat`.
    package static func isReadableByOthers(_ path: String) -> Bool {
        guard let information = information(path) else { return false }
        return information.st_mode & (S_IRGRP | S_IROTH) != 0
    }

    /// The length of a file (bytes); 0 when there is no file.
    ///
    /// The corresponding C function is `stat`.
    package static func size(_ path: String) -> Int {
        information(path).map { Int($0.st_size) } ?? 0
    }

    private static func information(_ path: String) -> stat? {
        var information = stat()
        return stat(path, &information) == 0 ? information : nil
    }
}
