package import Linux

/// A folder of small files that outlast the program; names have no path.
///
/// Every call may block on the disk: never from the loop's thread. Errors name the file.
package protocol StateDisk: Sendable {
    /// The content of a file; nil when there is none, and only then.
    func read(_ name: String, limitBytes: Int) throws(SystemError) -> [UInt8]?
    /// Replaces a file in one step; when this returns, the content outlasts a power cut.
    func write(_ name: String, _ bytes: [UInt8]) throws(SystemError)
    /// Appends to a file, which is created if it is missing; with `isLasting` the addition outlasts
    /// a power cut when this returns.
    func append(_ name: String, _ bytes: [UInt8], isLasting: Bool) throws(SystemError)
    /// The length of a file (bytes); 0 when there is none.
    func size(_ name: String) -> Int
    /// Renames a file; a file with the new name is replaced.
    func rename(_ name: String, to other: String) throws(SystemError)
    /// Removes a file.
    func remove(_ name: String) throws(SystemError)
    /// The names of all files, sorted.
    func names() throws(SystemError) -> [String]
}

/// A folder on the machine's own disk, created if it is missing.
package struct DiskFolder: StateDisk {
    private static let mode: UInt32 = 0o600

    /// The folder's path.
    package let path: String

    /// A folder by its path.
    package init(path: String) { self.path = path }

    package func read(_ name: String, limitBytes: Int) throws(SystemError) -> [UInt8]? {
        try Files.readIfPresent("\(path)/\(name)", limitBytes: limitBytes)
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws(SystemError) {
        try Files.makeKeptDirectory(path)
        try Files.replace("\(path)/\(name)", bytes, mode: Self.mode)
    }

    package func append(
        _ name: String, _ bytes: [UInt8], isLasting: Bool
    ) throws(SystemError) {
        try Files.makeKeptDirectory(path)
        // Opened on every call, so that a folder that was moved away is noticed.
        let file = try AppendedFile("\(path)/\(name)", mode: Self.mode)
        try file.append(bytes)
        if isLasting { try file.synchronize() }
    }

    package func size(_ name: String) -> Int { Files.size("\(path)/\(name)") }

    package func rename(_ name: String, to other: String) throws(SystemError) {
        try Files.rename("\(path)/\(name)", to: "\(path)/\(other)")
    }

    package func remove(_ name: String) throws(SystemError) {
        try Files.remove("\(path)/\(name)")
    }

    package func names() throws(SystemError) -> [String] { try Files.list(path) }
}
