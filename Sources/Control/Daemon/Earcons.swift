internal import Assistant
internal import Sounds

/// The device's own sounds, beside the reply's voice.
struct Earcons: EarconPort {
    let bridge: AudioBridge
    /// Nil where the owner wants none.
    let library: SoundLibrary?

    func play(_ earcon: Earcon) {
        guard let library else { return }
        bridge.playEarcon(library[StoredSound(earcon)])
    }
}

extension StoredSound {
    fileprivate init(_ earcon: Earcon) {
        switch earcon {
        case .listening: self = .listening
        case .done: self = .done
        case .error: self = .error
        case .muted: self = .muted
        case .offline: self = .offline
        case .noMicrophone: self = .noMicrophone
        case .refused: self = .refused
        case .noKey: self = .noKey
        case .noNetwork: self = .noNetwork
        case .settings: self = .settings
        case .budget: self = .budget
        case .sameTrouble: self = .error
        case .confirm: self = .confirm
        }
    }
}
