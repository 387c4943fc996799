/// The program's one version.
package enum ProgramVersion {
    /// As `martlet --version` prints it.
    package static let text = "0.1.0"
}
