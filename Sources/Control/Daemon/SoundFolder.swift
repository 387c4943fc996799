internal import AudioCore
internal import Linux
internal import Opus
package import Sounds
internal import SpeexDSP

/// The owner's sounds in place of the device's: Ogg Opus or WAV files named after what they replace.
package enum SoundFolder {
    /// A sound that is longer is none (seconds).
    private static let limitSeconds = 60
    /// A file that is larger is none (bytes): a minute of stereo at 48 kHz.
    private static let limitBytes = 12 << 20
    /// The best conversion that costs nothing worth naming for a short sound.
    private static let quality: Int32 = 8

    /// Reads what a folder has, as mono samples at a rate (Hz); what cannot be used is told once,
    /// in words for its owner, and the device's own sound is used instead.
    package static func read(
        _ folder: String, rate: Int32
    ) -> (sounds: [StoredSound: [Int16]], complaints: [String]) {
        guard Files.isDirectory(folder) else {
            return ([:], ["sounds.directory '\(folder)' is no folder; the device's own are used"])
        }
        var sounds: [StoredSound: [Int16]] = [:]
        var complaints: [String] = []
        for sound in StoredSound.allCases {
            guard
                let path = ["opus", "wav"].map({ "\(folder)/\(sound.rawValue).\($0)" })
                    .first(where: Files.exists)
            else { continue }
            do {
                let samples = try decode(path, rate: rate)
                guard !samples.isEmpty, samples.contains(where: { $0 != 0 }) else {
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
