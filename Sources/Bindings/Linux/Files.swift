private import CLinux
private import Glibc

/// Whole files and folders, by path.
///
/// Everything here may block on the disk: not for the event loop or a real-time thread. Errors
/// name the path.
package enum Files {
    // How much one read takes, since a file (in /proc, a pipe) may not report its size.
    private static let chunkBytes = 64 * 1024

    /// The whole file.
    ///
    /// More than `limitBytes` is the error EFBIG. The corresponding C functions are `open`, `read`.
    package static func read(_ path: String, limitBytes: Int) throws(SystemError) -> [UInt8] {
        let file = FileDescriptor(
            adopting: try SystemError.check("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        var content: [UInt8] = []
        while content.count <= limitBytes {
            let room = min(chunkBytes, limitBytes + 1 - content.count)
            let chunk: [UInt8]?
            do throws(SystemError) {
                chunk = try file.read(limit: room)
            } catch {
                throw SystemError(call: "read \(path)", code: error.code)
            }
            guard let chunk, !chunk.isEmpty else { return content }
            content += chunk
        }
        throw SystemError(call: "read \(path)", code: EFBIG)
    }

    /// Replaces a file in one step: readers see the old content or the new, also after a crash.
    ///
    /// `mode` are the permission bits. The corresponding C functions are `mkostemp`, `fsync`,
    /// `rename`.
    package static func writeAtomically(
        _ path: String, _ bytes: [UInt8], mode: UInt32
    ) throws(SystemError) {
        var template = Array("\(path).XXXXXX".utf8CString)
        let file = FileDescriptor(
            adopting: try SystemError.check("mkostemp", path) { martlet_temporary_file(&template) })
        let temporary = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        do throws(SystemError) {
            try file.writeAll(bytes)
            try SystemError.check("fchmod") { fchmod(file.rawValue, mode) }
            try SystemError.check("fsync") { fsync(file.rawValue) }
            try SystemError.check("rename") { Glibc.rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw SystemError(call: "\(error.call) \(path)", code: error.code)
        }
        try synchronize(folder: parent(of: path))
    }

    /// Whether there is a file, folder or device at the path.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Creates a folder and its missing parents; an existing folder is left as it is.
    ///
    /// The corresponding C function is `mkdir`.
    package static func makeDirectory(_ path: String, mode: UInt32) throws(SystemError) {
        do throws(SystemError) {
            try SystemError.check("mkdir", path) { mkdir(path, mode) }
        } catch {
            if error.code == EEXIST && isDirectory(path) { return }
            guard error.code == ENOENT, parent(of: path) != path else { throw error }
            try makeDirectory(parent(of: path), mode: mode)
            try SystemError.check("mkdir", path) { mkdir(path, mode) }
        }
    }

    /// Whether the path is a folder, or a link to one.
    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, sorted, without "." and "..".
    ///
    /// The corresponding C function is `readdir`.
    package static func list(_ path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else {
            throw SystemError.last(call: "opendir \(path)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file or an empty folder.
    ///
    /// The corresponding C function is `remove`.
    package static func remove(_ path: String) throws(SystemError) {
        try SystemError.check("remove", path) { Glibc.remove(path) }
    }

    /// Creates an empty folder with a unique name in the folder for temporary files.
    ///
    /// The corresponding C function is `mkdtemp`.
    package static func makeTemporaryDirectory(prefix: String) throws(SystemError) -> String {
        let folder = Environment.get("TMPDIR") ?? "/tmp"
        var template = Array("\(folder)/\(prefix).XXXXXX".utf8CString)
        try SystemError.check("mkdtemp", folder) { mkdtemp(&template) == nil ? -1 : 0 }
        return template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// Removes a folder and all below it, without following links.
    package static func removeTree(_ path: String) throws(SystemError) {
        var status = stat()
        try SystemError.check("lstat", path) { lstat(path, &status) }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try list(path) { try removeTree("\(path)/\(name)") }
        }
        try remove(path)
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a rename survive a loss of power.
    static func synchronize(folder: String) throws(SystemError) {
        let opened = FileDescriptor(
            adopting: try SystemError.check("open", folder) {
                open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            })
        try SystemError.check("fsync", folder) { fsync(opened.rawValue) }
    }
}
