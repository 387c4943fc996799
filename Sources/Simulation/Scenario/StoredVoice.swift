internal import AudioCore
internal import Linux
internal import Opus

/// The sound of a scenario's turn.
enum StoredVoice {
    /// The Live service's output rate (Hz).
    private static let rate: Int32 = 24_000

    /// The samples of a stored sound, of a .opus or .wav file, or of a text that is synthesized
    /// now.
    static func samples(_ name: String?, saying text: String) async throws -> [Int16] {
        guard let name else {
            return text.isEmpty
                ? [] : try await SpeechMaker.speak(text, voice: "en-us", rate: rate)
        }
        if name.hasSuffix(".wav") {
            let file = try WAVFile(reading: name)
            return try SpeechMaker.convert(file.samples, from: file.rate, to: rate)
        }
        return try OggOpusReader.decode(try bytes(of: name), rate: rate)
    }

    private static func bytes(of name: String) throws -> [UInt8] {
        switch name {
        case "demo_lamp": PackageResources.demo_lamp_opus
        case "demo_bird": PackageResources.demo_bird_opus
        case "demo_story": PackageResources.demo_story_opus
        case "demo_enough": PackageResources.demo_enough_opus
        default: try Files.read(name, limitBytes: OggOpusReader.sizeLimitBytes)
        }
    }
}
