import Linux

/// Places of the repository.
enum Place {
    private static let root: String = {
        let parts = #filePath.split(separator: "/")
        return "/" + parts.dropLast(3).joined(separator: "/")
    }()

    static let servers = root + "/Tests/Support/MCPServers"
    /// Where packaging/prepare.sh puts the official package; nil if it could not be installed.
    static let python: String? = {
        let path = root + "/.build/mcp-server/bin/python"
        return Files.exists(path) ? path : nil
    }()
}
