internal import Linux

/// Keeps a crash from becoming a loop: what is on the disk, and may have ended the program twice
/// in a row, is set aside.
///
/// It may be innocent. When the program crashes once more without it, it is brought back, and
/// nothing more is set aside until a life has lasted.
struct CrashGuard {
    /// A program that has lived for this time has not crashed because of what it read at its start.
    static let provenLife = Duration.seconds(600)
    /// Crashes in a row after which what was read is under suspicion, and one more acquits it.
    private static let suspicious = 2

    let disk: any StateDisk

    /// The name under which a file waits until it is known whether it is to blame.
    static func suspect(_ name: String) -> String { name + suffix }

    private static let suffix = ".suspect"

    /// Acts on a number of crashes in a row; says what was done, in words for the owner.
    func begin(crashes: Int) -> [String] {
        guard crashes >= Self.suspicious, let names = try? disk.names() else { return [] }
        return crashes == Self.suspicious ? accuse(names) : acquit(names)
    }

    /// A life has lasted: what is still under suspicion stays away.
    func prove() {
        for name in (try? disk.names()) ?? [] where name.hasSuffix(Self.suffix) {
            let plain = String(name.dropLast(Self.suffix.count))
            let aside = SetAside(disk: disk)
            // Beside a newer file of the name, the old one has nothing to say any more.
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
                + "had stored: \(moved.joined(separator: ", ")) are set aside with "
                + "\"\(Self.suffix)\" to their names"
        ]
    }

    private func acquit(_ names: [String]) -> [String] {
        let back = names.filter { $0.hasSuffix(Self.suffix) }.compactMap { name -> String? in
            let plain = String(name.dropLast(Self.suffix.count))
            // What was stored since counts, and either of the two files may hold it.
            let others = KeptDocument.files(of: String(plain.dropLast(2)))
            guard !names.contains(plain), others.allSatisfy({ !names.contains($0) }) else {
                return nil
            }
            return (try? disk.rename(name, to: plain)) == nil ? nil : plain
        }
        guard !back.isEmpty else { return [] }
        return [
            "the program crashed without what it had stored, too, so that is used again: "
                + back.joined(separator: ", ")
        ]
    }

    /// Whether a start reads a file.
    private func isUsed(_ name: String) -> Bool {
        name.hasSuffix(".a") || name.hasSuffix(".b") || name == KeptLines.journalName
    }
}
