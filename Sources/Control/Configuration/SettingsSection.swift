/// The settings of one table of the files, each a stored property.
///
/// Nothing is listed by hand: what is declared in a section appears in `config check`, `config
/// show`, the shipped file and the manual.
package protocol SettingsSection: Sendable {
    /// What the table is about, in one line, for the shipped file.
    static var introduction: String { get }
}

extension SettingsSection {
    /// The settings, in the order of their declaration.
    package var all: [any AnySetting] {
        Mirror(reflecting: self).children.compactMap { $0.value as? any AnySetting }
    }

    /// The table's name, such as "audio.capture".
    package var name: String { all.first?.section ?? "" }
}
