private import Glibc
private import Linux

/// Turns alsa-lib's messages about a failed open into helpful words.
///
/// alsa-lib names the cause first; after that each layer above it reports that it failed, too.
struct ALSAExplanation {
    /// Messages that only repeat that there was another.
    private static let echoes = [
        " returned error: ", "error evaluating ", "Evaluate error", "hooks failed",
    ]
    private static let suspectFile = " may be old or corrupted"
    private static let library = "Cannot open shared library libasound_module_pcm_"

    /// The messages that carry information, in order.
    let messages: [String]

    init(_ said: [String]) {
        messages = said.filter { message in !Self.echoes.contains { message.contains($0) } }
    }

    /// The mistake in a file of ALSA's configuration, with which no device can be opened; nil if
    /// all files could be read.
    var configuration: String? {
        let file = messages.lazy.compactMap { message in
            message.firstRange(of: Self.suspectFile).map { String(message[..<$0.lowerBound]) }
        }.first
        let place = messages.lazy.compactMap(Place.init).first
        guard file != nil || place?.file != nil else { return nil }
        let name = file ?? place?.file ?? ""
        guard let place else { return "\(name) cannot be read (ALSA: \(messages[0]))" }
        let quote = Self.typographicQuote(in: name).map {
            "; line \($0) has a typographic quote, where ALSA wants \""
        }
        return "\(name), line \(place.line) or before it: \(place.text)" + (quote ?? "")
    }

    /// The missing card that was requested, by its number or identifier.
    var missingCard: String? {
        messages.lazy.compactMap { message in
            Self.rest(of: message, behind: "Cannot get card index for ")
                ?? Self.quoted(message, behind: "cannot find card ")
        }.first { !$0.hasPrefix("$") }
    }

    /// The undefined name at the end of the chain.
    var undefinedName: String? {
        messages.lazy.compactMap { Self.rest(of: $0, behind: "Unknown PCM ") }.first
    }

    /// Why a device that is defined cannot be opened; nil when alsa-lib said nothing.
    func reason(for device: String, code: Int32) -> String? {
        guard let first = messages.first else { return nil }
        let quote = " (ALSA: \(first))"
        if let missingCard {
            return "it leads to card \(missingCard), which is not plugged in" + quote
        }
        if let undefinedName, undefinedName != device {
            return "it leads to \(undefinedName), which nothing defines" + quote
        }
        if let plugin = messages.lazy.compactMap(Self.plugin).first {
            return "ALSA's plugin \(plugin) is not installed (libasound2-plugins has most)" + quote
        }
        if first.contains("PulseAudio") {
            return "no PulseAudio server answers this user: it must run, and as the same user"
                + quote
        }
        let isShared = messages.contains { $0.contains("IPC") }
        if isShared, code == EACCES || code == EPERM {
            return "it is shared by dmix or dsnoop, and the program of another user that has it "
                + "does not let this one in: give its definition ipc_gid audio and ipc_perm 0660"
                + quote
        }
        return "ALSA says: \(messages.prefix(Self.shownMessages).joined(separator: "; "))"
    }

    /// How many messages are shown: the later ones follow from the first.
    private static let shownMessages = 3

    private static func plugin(_ message: String) -> String? {
        guard let rest = rest(of: message, behind: library) else { return nil }
        return rest.firstRange(of: ".so").map { String(rest[..<$0.lowerBound]) }
    }

    private static func rest(of message: String, behind words: String) -> String? {
        guard message.hasPrefix(words) else { return nil }
        let rest = message.dropFirst(words.count)
        return rest.isEmpty ? nil : String(rest)
    }

    private static func quoted(_ message: String, behind words: String) -> String? {
        rest(of: message, behind: words).map { $0.filter { $0 != "'" } }
    }

    /// Longer files are not searched (bytes).
    private static let fileLimitBytes = 1 << 16

    /// The first line of a file that has a quote as word processors write it.
    private static func typographicQuote(in path: String) -> Int? {
        guard let bytes = try? Files.read(path, limitBytes: fileLimitBytes) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.firstIndex { line in line.contains { "“”„‘’".contains($0) } }.map { $0 + 1 }
    }

    /// `NAME:LINE:COLUMN:TEXT`; the first file of a chain is called `_toplevel_`.
    private struct Place {
        let file: String?
        let line: Int
        let text: String

        init?(_ message: String) {
            let parts = message.split(
                separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, let line = Int(parts[1]), Int(parts[2]) != nil else {
                return nil
            }
            file = parts[0].hasPrefix("/") ? String(parts[0]) : nil
            self.line = line
            text = String(parts[3])
        }
    }
}
