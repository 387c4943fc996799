internal import Opus

/// A sound of the device's own; the raw value is its file's name.
package enum StoredSound: String, Sendable, CaseIterable {
    /// The microphone is open.
    case listening
    /// The words were taken.
    case done
    /// Something failed.
    case error
    /// The microphone is muted.
    case muted
    /// A timer has run out; it is repeated.
    case timer
    /// It is time to wake up; it is repeated.
    case alarm
    /// Spoken: there is no network.
    case offline
    /// Spoken: there is no microphone.
    case noMicrophone = "no_microphone"
    /// Spoken: the service refuses this device.
    case refused
    /// Spoken, at the first start: there is no key for the service.
    case noKey = "no_key"
    /// Spoken, at the first start: no network is set up.
    case noNetwork = "no_network"
    /// Spoken: the day's tokens are spent.
    case budget
    /// Spoken: press the button to confirm.
    case confirm
}

/// The device's own sounds, decoded once at the start and all equally loud.
package struct SoundLibrary: Sendable {
    private let samples: [StoredSound: [Int16]]

    /// Decodes the shipped sounds to mono samples at a rate (8000, 12000, 16000, 24000, 48000 Hz).
    ///
    /// `own` are the owner's in their place, mono and at the same rate.
    package init(rate: Int32, own: [StoredSound: [Int16]] = [:]) throws {
        var samples: [StoredSound: [Int16]] = [:]
        for sound in StoredSound.allCases {
            let made = try own[sound] ?? OggOpusReader.decode(Self.asset(sound), rate: rate)
            samples[sound] = SoundLevel.matched(made, rate: rate)
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
        case .timer: PackageResources.timer_opus
        case .alarm: PackageResources.alarm_opus
        case .offline: PackageResources.offline_opus
        case .noMicrophone: PackageResources.no_microphone_opus
        case .refused: PackageResources.refused_opus
        case .noKey: PackageResources.no_key_opus
        case .noNetwork: PackageResources.no_network_opus
        case .budget: PackageResources.budget_opus
        case .confirm: PackageResources.confirm_opus
        }
    }
}
