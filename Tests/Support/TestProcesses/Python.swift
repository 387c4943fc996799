internal import Linux

/// The interpreter that the misbehaving MCP server of the tests needs.
package enum Python {
    /// Whether it is found in the way a server's program is.
    package static let isInstalled = ["/usr/local/bin", "/usr/bin", "/bin"].contains {
        Files.exists("\($0)/python3")
    }
    /// Why a test was skipped.
    package static let absence = "no python3: apt install python3-minimal"
}
