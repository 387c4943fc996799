internal import Assistant
internal import Linux
internal import Sounds
internal import WebSockets

/// The device's own sounds, mixed with the reply.
///
/// Used on the loop, which never waits for decoding.
struct Earcons: EarconPort {
    let loop: EventLoop
    let bridge: AudioBridge
    /// Nil if the owner wants no sounds.
    let library: SoundLibrary?
    private let thread = DiskThread(name: "sounds")

    /// Sounds of a library, played on a bridge.
    init(loop: EventLoop, bridge: AudioBridge, library: SoundLibrary?) {
        self.loop = loop
        self.bridge = bridge
        self.library = library
    }

    func play(_ earcon: Earcon) {
        guard let library else { return }
        let sound = StoredSound(earcon)
        if let samples = library.ready(sound) { return bridge.playEarcon(samples) }
        thread.perform { [loop, bridge] in
            let samples = library[sound]
            loop.perform { bridge.playEarcon(samples) }
        }
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
