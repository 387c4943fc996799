internal import AudioCore
internal import Configuration
internal import Linux
internal import Live

/// The recordings from which the service makes a voice, as the settings name them.
enum VoiceSample {
    /// The service takes mono, 16 bits, at this rate (Hz; live-protocol.md section 2.2).
    private static let rate: Int32 = 24_000
    /// Half a minute (bytes): more than a voice needs, and all of it goes into the setup.
    private static let limitBytes = 2 * 24_000 * 30

    /// The voice, nil if none is wanted or usable, and what is wrong with its files.
    static func read(
        _ settings: Settings
    ) -> (voice: SessionSettings.ReplicatedVoice?, complaints: [String]) {
        let (sample, consent) = (settings[Keys.live.voiceSample], settings[Keys.live.voiceConsent])
        guard !sample.isEmpty else { return (nil, []) }
        do {
            var voice = SessionSettings.ReplicatedVoice(
                sample: try bytes(Keys.live.voiceSample.path, sample))
            if !consent.isEmpty {
                voice.consent = try bytes(Keys.live.voiceConsent.path, consent)
            }
            return (voice, [])
        } catch {
            return (nil, ["\(error); the voice is that of live.voice"])
        }
    }

    private struct Trouble: Error, CustomStringConvertible { let description: String }

    private static func bytes(_ setting: String, _ path: String) throws(Trouble) -> [UInt8] {
        do {
            let bytes = try Files.read(path, limitBytes: limitBytes)
            let file = try WAVFile(parsing: bytes, path: path)
            guard file.rate == rate, file.channels == 1 else {
                throw Trouble(
                    description: "\(setting): '\(path)' has \(file.channels) channel(s) at "
                        + "\(file.rate) Hz, but must have one at \(rate) Hz: "
                        + "sox '\(path)' -r \(rate) -c 1 -b 16 voice.wav")
            }
            return bytes
        } catch let trouble as Trouble {
            throw trouble
        } catch {
            throw Trouble(description: "\(setting): \(error)")
        }
    }
}
