internal import Linux

/// Keeps unusable files under another name for later inspection.
struct SetAside {
    /// How many files are kept of one name; beyond that the oldest is dropped.
    private static let limit = 3

    let disk: any StateDisk

    /// Renames a file and returns the new name; nil when the disk refuses it.
    ///
    /// The highest number is the latest.
    func keep(_ name: String) -> String? {
        let places = (1...Self.limit).map { "\(name).damaged-\($0)" }
        do {
            let taken = Set(try disk.names())
            if let free = places.first(where: { !taken.contains($0) }) {
                try disk.rename(name, to: free)
                return free
            }
            for (older, newer) in zip(places, places.dropFirst()) {
                try disk.rename(newer, to: older)
            }
            try disk.rename(name, to: places[Self.limit - 1])
            return places[Self.limit - 1]
        } catch {
            return nil
        }
    }
}
