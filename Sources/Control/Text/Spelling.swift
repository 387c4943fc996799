/// The distance of two spellings, for names that people and models get nearly right.
package enum Spelling {
    /// The insertions, deletions, substitutions and swaps of neighbours that turn one word into the
    /// other.
    ///
    /// The time grows with the product of the lengths: callers keep the words short.
    package static func distance(_ one: String, _ other: String) -> Int {
        let a = Array(one)
        let b = Array(other)
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                let change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                var best = min(change, last[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    best = min(best, before[j - 2] + 1)
                }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }

    /// The name among `names` that was probably meant; nil when none is close.
    package static func nearest(to name: String, among names: [String]) -> String? {
        // A longer text is not a mistyped name.
        guard name.unicodeScalars.count <= 64 else { return nil }
        let wanted = name.lowercased()
        let near = names.map { ($0, distance(wanted, $0)) }.min { $0.1 < $1.1 }
        guard let near, near.1 <= max(1, name.count / 3) else { return nil }
        return near.0
    }
}
