internal import Linux

/// Keeps what cannot be used any more, under another name, so that it can be looked into later.
struct SetAside {
    /// Files that are kept of one name; beyond it the oldest goes.
    private static let limit = 3

    let disk: any StateDisk

    /// Gives a file another name, and says which; nil when the disk does not let it.
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
