/// A pattern of names, in which `*` stands for any characters, also none.
package enum Pattern {
    /// Whether a name fits a pattern, whole; each star is tried at its leftmost fit, which finds one
    /// wherever there is one.
    package static func matches(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return name == pattern
        }
        guard name.hasPrefix(first), name.count >= first.count + last.count, name.hasSuffix(last)
        else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
