internal import Linux

/// A program that has a device of a card open, from the kernel's own list.
///
/// ALSA only reports that a device is busy. This list includes other users' programs.
package struct CardHolder: Sendable, Equatable, CustomStringConvertible {
    /// The card's identifier.
    package let card: String
    /// The program, and its process.
    package let program: String
    package let process: Int

    /// Names a holder.
    package init(card: String, program: String, process: Int) {
        self.card = card
        self.program = program
        self.process = process
    }

    package var description: String { "\(program) (process \(process)) holds card \(card)" }

    /// The files have one to ten lines (bytes).
    private static let limitBytes = 4096

    /// The programs that now hold devices of a direction, each once, in the order of their cards.
    ///
    /// The kernel names the thread that opened the device in `/proc/asound/CARD/pcmNc/subN/status`.
    package static func all(
        _ direction: StreamDirection, sound: String = "/proc/asound", processes: String = "/proc"
    ) -> [CardHolder] {
        let suffix = direction == .capture ? "c" : "p"
        var holders: [CardHolder] = []
        for card in names(sound) where card.hasPrefix("card") && card != "cards" {
            for device in names("\(sound)/\(card)")
            where device.hasPrefix("pcm") && device.hasSuffix(suffix) {
                for part in names("\(sound)/\(card)/\(device)") where part.hasPrefix("sub") {
                    let status = lines("\(sound)/\(card)/\(device)/\(part)/status")
                    guard let thread = number("owner_pid", in: status) else { continue }
                    let process =
                        number("Tgid", in: lines("\(processes)/\(thread)/status")) ?? thread
                    let holder = CardHolder(
                        card: lines("\(sound)/\(card)/id").first ?? card,
                        program: lines("\(processes)/\(process)/comm").first ?? "a program",
                        process: process)
                    if !holders.contains(holder) { holders.append(holder) }
                }
            }
        }
        return holders
    }

    private static func names(_ folder: String) -> [String] {
        ((try? Files.list(folder)) ?? []).sorted()
    }

    private static func lines(_ path: String) -> [String] {
        guard let bytes = try? Files.read(path, limitBytes: limitBytes) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The number after a name, as in "owner_pid   : 1234".
    private static func number(_ name: String, in lines: [String]) -> Int? {
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, trimmed(parts[0]) == name else { continue }
            return Int(trimmed(parts[1]))
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
