internal import Opus

/// A sound of the device's own.
package enum StoredSound: String, Sendable, CaseIterable {
    /// The microphone is open.
    case listening
    /// The words were taken.
    case done
    /// Something failed.
    case error
    /// The microphone is muted.
    case muted
    /// Spoken: there is no network.
    case offline
    /// Spoken: there is no microphone.
    case noMicrophone = "no_microphone"
    /// Spoken: the service refuses this device.
    case refused
}

/// The device's own sounds, decoded once at the start.
package struct SoundLibrary: Sendable {
    private let samples: [StoredSound: [Int16]]

    /// Decodes the shipped sounds to mono samples at a rate (8000, 12000, 16000, 24000, 48000 Hz).
    package init(rate: Int32) throws {
        var samples: [StoredSound: [Int16]] = [:]
        for sound in StoredSound.allCases {
            samples[sound] = try OggOpusReader.decode(Self.asset(sound), rate: rate)
        }
        self.samples = samples
    }

    /// The samples of a sound.
    package subscript(sound: StoredSound) -> [Int16] { samples[sound] ?? [] }

    private static func asset(_ sound: StoredSound) -> [UInt8] {
        switch sound {
        case .listening: PackageResources.listening_opus
        case .done: PackageResources.done_opus
        case .error: PackageResources.error_opus
        case .muted: PackageResources.muted_opus
        case .offline: PackageResources.offline_opus
        case .noMicrophone: PackageResources.no_microphone_opus
        case .refused: PackageResources.refused_opus
        }
    }
}
