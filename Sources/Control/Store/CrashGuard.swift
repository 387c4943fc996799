internal import Linux

/// Breaks crash loops: stored files that may have ended the program twice in a row are set aside.
///
/// They may be innocent. If the program crashes again without them, they are brought back, and
/// nothing more is set aside until a run has lasted.
struct CrashGuard {
    /// A program that has run for this time did not crash because of what it read at its start.
    static let provenLife = Duration.seconds(600)
    /// After this many crashes in a row the stored files are suspects; one more crash acquits them.
    private static let suspicious = 2

    let disk: any StateDisk

    /// The name of a file while it is a suspect.
    static func suspect(_ name: String) -> String { name + suffix }

    private static let suffix = ".suspect"

    /// Reacts to a number of crashes in a row; returns what was done, in words for the owner.
    func begin(crashes: Int) -> [String] {
        guard crashes >= Self.suspicious, let names = try? disk.names() else { return [] }
        return crashes == Self.suspicious ? accuse(names) : acquit(names)
    }

    /// A run has lasted: files that are still suspects stay set aside.
    func prove() {
        for name in (try? disk.names()) ?? [] where name.hasSuffix(Self.suffix) {
            let plain = String(name.dropLast(Self.suffix.count))
            let aside = SetAside(disk: disk)
            // If there is a newer file of that name, the old one is obsolete.
            if (try? disk.rename(name, to: plain + ".crashed")) != nil {
                _ = aside.keep(plain + ".crashed")
            }
        }
    }

    private func accuse(_ names: [String]) -> [String] {
        let moved = names.filter(isUsed).filter { name in
            (try? disk.rename(name, to: Self.suspect(name))) != nil
        }
        guard !moved.isEmpty else { return [] }
        return [
            "the program crashed \(Self.suspicious) times in a row, so it starts without what it "
                + "had stored: \(moved.joined(separator: ", ")) are set aside with the suffix "
                + "\"\(Self.suffix)\""
        ]
    }

    private func acquit(_ names: [String]) -> [String] {
        let back = names.filter { $0.hasSuffix(Self.suffix) }.compactMap { name -> String? in
            let plain = String(name.dropLast(Self.suffix.count))
            // Values stored since then count, and either of the two files may hold them.
            let others = KeptDocument.files(of: String(plain.dropLast(2)))
            guard !names.contains(plain), others.allSatisfy({ !names.contains($0) }) else {
                return nil
            }
            return (try? disk.rename(name, to: plain)) == nil ? nil : plain
        }
        guard !back.isEmpty else { return [] }
        return [
            "the program also crashed without its stored files, so they are used again: "
                + back.joined(separator: ", ")
        ]
    }

    /// Whether a start reads this file.
    private func isUsed(_ name: String) -> Bool {
        name.hasSuffix(".a") || name.hasSuffix(".b") || name == KeptLines.journalName
    }
}
