internal import AudioCore
internal import AudioPath
internal import Configuration
internal import Linux
internal import Opus
package import Sounds
internal import SpeexDSP
internal import Text

/// The owner's sounds, which replace the device's: Ogg Opus or WAV files of the same name.
package enum SoundFolder {
    /// The rate that a check decodes to, that of the answers (Hz).
    static let checkedRate = AudioSettings.speechRate
    /// A longer sound is refused (seconds).
    private static let limitSeconds = 60
    /// A larger file is refused (bytes): a minute of stereo at 48 kHz.
    private static let limitBytes = 12 << 20
    /// The best conversion whose cost is negligible for a short sound.
    private static let quality: Int32 = 8

    /// Reads a folder's sounds as mono samples at a rate (Hz).
    ///
    /// An unusable file is reported once, in words for its owner, and the device's own sound is
    /// used instead.
    package static func read(
        _ folder: String, rate: Int32
    ) -> (sounds: [StoredSound: [Int16]], complaints: [String]) {
        guard Files.isDirectory(folder) else {
            return (
                [:],
                ["sounds.directory '\(folder)' is not a folder; the device's own sounds are used"]
            )
        }
        var sounds: [StoredSound: [Int16]] = [:]
        var complaints = unusedFiles(folder)
        for sound in StoredSound.allCases {
            guard
                let path = ["opus", "wav"].map({ "\(folder)/\(sound.rawValue).\($0)" })
                    .first(where: Files.exists)
            else { continue }
            do {
                let samples = try decode(path, rate: rate)
                guard !samples.isEmpty else { throw WAVError.empty(path: path) }
                guard samples.contains(where: { $0 != 0 }) else {
                    throw WAVError.unsupported(path: path, reason: "it has no sound")
                }
                guard samples.count <= limitSeconds * Int(rate) else {
                    throw WAVError.unsupported(path: path, reason: "it is longer than a minute")
                }
                sounds[sound] = samples
            } catch {
                complaints.append("\(text(of: error, path)); the device's own sound is used")
            }
        }
        return (sounds, complaints)
    }

    /// The endings of sound files; other files are ignored.
    private static let soundEndings = [
        "opus", "wav", "ogg", "oga", "mp3", "flac", "m4a", "aac", "wma", "aiff", "webm",
    ]

    /// Sound files in the folder that replace no sound of the device, one line each.
    private static func unusedFiles(_ folder: String) -> [String] {
        let names = StoredSound.allCases.map(\.rawValue)
        return ((try? Files.list(folder)) ?? []).compactMap { file in
            guard let point = file.lastIndex(of: ".") else { return nil }
            let (name, ending) = (String(file[..<point]), String(file[file.index(after: point)...]))
            guard soundEndings.contains(ending.lowercased()) else { return nil }
            if names.contains(name), ending == "opus" || ending == "wav" { return nil }
            guard let meant = Spelling.nearest(to: name, among: names) else {
                return "'\(folder)/\(file)' is not one of the device's sounds and is not used; "
                    + "there are: " + names.joined(separator: ", ")
            }
            let isRead = ["opus", "wav"].contains(ending.lowercased())
            return "'\(folder)/\(file)' is not used: "
                + (isRead
                    ? "call it \(meant).\(ending.lowercased())"
                    : "make it a WAV or Ogg Opus file, \(meant).wav or \(meant).opus")
        }
    }

    private static func text(of error: any Error, _ path: String) -> String {
        if let known = error as? WAVError { return "\(known)" }
        return "'\(path)' cannot be used: \(error)"
    }

    private static func decode(_ path: String, rate: Int32) throws -> [Int16] {
        let bytes = try Files.read(path, limitBytes: limitBytes)
        if path.hasSuffix(".opus") { return try OggOpusReader.decode(bytes, rate: rate) }
        let file = try WAVFile(parsing: bytes, path: path)
        let mono = stride(from: 0, to: file.samples.count, by: Int(file.channels)).map { start in
            let frame = file.samples[start..<min(start + Int(file.channels), file.samples.count)]
            return Int16(frame.reduce(0) { $0 + Int($1) } / frame.count)
        }
        return try Resampler.converted(mono, from: file.rate, to: rate, quality: quality)
    }
}
