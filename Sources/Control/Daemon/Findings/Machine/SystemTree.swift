internal import Linux

/// The files in which the kernel says how the machine is, below a root.
struct SystemTree: Sendable {
    /// What a file says.
    enum Reading: Sendable, Equatable {
        case text(String)
        /// There is no such file: the machine has nothing to say of it.
        case absent
        /// It is there, and cannot be read; the system's words.
        case unreadable(String)
    }

    /// A longer file is none of these (bytes).
    private static let limitBytes = 64 << 10
    /// More entries of a folder are not looked at.
    private static let entryLimit = 4096

    /// Where the tree begins, without a slash at the end; empty for the machine's own.
    let root: String

    /// Reads a file, without the blanks around its text; `path` begins with a slash.
    func read(_ path: String) -> Reading {
        do throws(SystemError) {
            let bytes = try Files.read(root + path, limitBytes: Self.limitBytes)
            let words = String(decoding: bytes, as: UTF8.self)
            return .text(String(words.drop(while: \.isWhitespace).trimmingEnd))
        } catch {
            return Files.exists(root + path) ? .unreadable("\(error)") : .absent
        }
    }

    /// The paths of a folder's entries whose names begin so, sorted; none where there is no folder.
    func entries(_ folder: String, _ prefix: String) -> [String] {
        let names = (try? Files.list(root + folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.prefix(Self.entryLimit)
            .map { "\(folder)/\($0)" }
    }
}

extension Substring {
    /// Without the blanks at its end.
    fileprivate var trimmingEnd: Substring {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return self[...last]
    }
}
