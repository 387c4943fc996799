import Glibc
import Linux

/// Whether a process that has not ended works in a folder.
func runs(in folder: String) -> Bool {
    let processes = (try? Files.list("/proc").filter { Int32($0) != nil }) ?? []
    return processes.contains { process in
        var target = [CChar](repeating: 0, count: 512)
        let count = readlink("/proc/\(process)/cwd", &target, target.count)
        return count > 0
            && String(
                decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                == folder
    }
}

/// Places of the repository.
enum Place {
    private static let root: String = {
        let parts = #filePath.split(separator: "/")
        return "/" + parts.dropLast(3).joined(separator: "/")
    }()

    static let servers = root + "/Tests/Support/MCPServers"
    /// Where packaging/prepare.sh puts the official package; nil where it could not be had.
    static let python: String? = {
        let path = root + "/.build/mcp-server/bin/python"
        return Files.exists(path) ? path : nil
    }()
}
