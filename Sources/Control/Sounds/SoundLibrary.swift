internal import Opus
internal import Synchronization

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
    /// An alarm rings; it is repeated.
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
    /// Spoken: the settings have a mistake, so others are used, or none.
    case settings
    /// Spoken: the day's tokens are spent.
    case budget
    /// Spoken: press the button to confirm.
    case confirm
}

/// The device's own sounds, all equally loud.
///
/// Each is decoded when it is first needed, since the device rarely plays most of them: decoding
/// all would take a third of its start and a megabyte.
///
/// ## Concurrency
/// From any thread; decoding a spoken sound takes up to 20 ms on a small board, so the loop only
/// uses what is `ready`.
package final class SoundLibrary: Sendable {
    private let rate: Int32
    private let own: [StoredSound: [Int16]]
    private let made = Mutex<[StoredSound: [Int16]]>([:])

    /// The shipped sounds as mono samples at a rate (8000, 12000, 16000, 24000, 48000 Hz).
    ///
    /// `own` are the owner's, which replace them, mono and at the same rate. Throws if Opus does
    /// not have this rate.
    package init(rate: Int32, own: [StoredSound: [Int16]] = [:]) throws {
        _ = try OpusDecoder(rate: rate)
        self.rate = rate
        self.own = own
    }

    /// The samples of a sound.
    package subscript(sound: StoredSound) -> [Int16] {
        if let samples = ready(sound) { return samples }
        // Outside the lock, which must not be held that long; two threads that decode the same
        // sound get the same samples. The tests decode every shipped sound, so none is silent
        // because of its format.
        let raw = own[sound] ?? (try? OggOpusReader.decode(Self.asset(sound), rate: rate)) ?? []
        let samples = SoundLevel.matched(raw, rate: rate)
        made.withLock { $0[sound] = samples }
        return samples
    }

    /// The samples of a sound that is decoded already; nil if it is not.
    package func ready(_ sound: StoredSound) -> [Int16]? { made.withLock { $0[sound] } }

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
        case .settings: PackageResources.settings_opus
        case .budget: PackageResources.budget_opus
        case .confirm: PackageResources.confirm_opus
        }
    }
}
