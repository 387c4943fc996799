internal import Linux

/// Files that are written all, or left as they were.
///
/// Each is replaced in one step; where a later one fails, those before it get back what they held.
struct FileTransaction {
    /// Larger files are none of those that are written here (bytes).
    private static let limitBytes = 4 << 20

    /// A file, and what it held; nil: there was none.
    private struct Former {
        let path: String
        let bytes: [UInt8]?
        let mode: UInt32
        let owner: ServiceUser?
    }

    private var former: [Former] = []

    /// Replaces a file, which belongs to `owner` then; nil: to us.
    ///
    /// Its folder is made where it is missing, with `folderMode`.
    mutating func write(
        _ path: String, _ bytes: [UInt8], mode: UInt32, folderMode: UInt32,
        owner: ServiceUser?
    ) throws {
        try keep(path, mode, owner)
        let folder = Self.folder(of: path)
        if !Files.isDirectory(folder) { try Files.makeDirectory(folder, mode: folderMode) }
        try Files.writeAtomically(path, bytes, mode: mode)
        try owner?.own(path)
    }

    /// Removes a file, if it is there.
    mutating func remove(_ path: String, mode: UInt32) throws {
        guard Files.exists(path) else { return }
        try keep(path, mode, nil)
        try Files.remove(path)
    }

    /// Gives all files back what they held, the newest first; what cannot be given back is named.
    func rollBack() -> [String] {
        former.reversed().compactMap { file in
            do {
                if let bytes = file.bytes {
                    try Files.writeAtomically(file.path, bytes, mode: file.mode)
                    try file.owner?.own(file.path)
                } else if Files.exists(file.path) {
                    try Files.remove(file.path)
                }
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    private mutating func keep(_ path: String, _ mode: UInt32, _ owner: ServiceUser?) throws {
        let bytes = Files.exists(path) ? try Files.read(path, limitBytes: Self.limitBytes) : nil
        former.append(Former(path: path, bytes: bytes, mode: mode, owner: owner))
    }

    static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.joined(separator: "/")
        return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    }
}
