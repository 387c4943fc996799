internal import Linux
package import Store
internal import Synchronization
internal import WireCodec

/// What users have set by hand or by words and find again after every restart: whether the
/// microphone is muted, and the volume.
///
/// When it is not known whether the microphone was muted, it starts muted: a press, or whatever
/// opened it before, opens it again. Where it cannot be opened by hand (no button, no broker that
/// may unmute), switching the device off and on opens it; otherwise it would stay deaf for ever.
///
/// ## Concurrency
/// `set` and `volume` are called on the loop's thread and wait for nothing; `stored` waits for the
/// disk, on a thread of its own. The initializer reads the disk.
package final class DeviceMemory: Sendable {
    /// Who muted the microphone.
    package enum Mute: String, Sendable {
        /// A press or a message; only these open it.
        case byHand = "hand"
        /// The model, when asked to; a press opens it, too.
        case byWords = "words"
    }

    /// The document's name.
    package static let documentName = "device"
    /// Volumes follow each other quickly while a button is held; each write wears the card.
    private static let volumeDelay = Duration.seconds(2)

    private struct State: Sendable {
        var mute: Mute?
        var volume: Double?
        var notice: String?
        /// Writes what was set last, after a while.
        var writer: Task<Void, Never>?
    }

    private let document: KeptDocument?
    /// The settings' volume, for which a kept volume is valid.
    private let configured: Double?
    private let onTrouble: @Sendable (String) -> Void
    private let canUnmuteByHand: Bool
    private let life: String
    private let state: Mutex<State>
    /// One write after the other, so that the last to begin is the last to end.
    private let thread = DiskThread(name: "memory")

    /// Reads what was kept; `document` nil keeps nothing beyond this life.
    ///
    /// `configured` is the settings' volume (percent), nil: the card's own. When it differs from
    /// the last time, it overrides what was kept. `canUnmuteByHand` says whether the user can unmute by
    /// hand; `life` identifies this boot of the machine.
    package init(
        document: KeptDocument?, configured: Double?, canUnmuteByHand: Bool, life: String,
        onTrouble: @escaping @Sendable (String) -> Void
    ) {
        self.document = document
        self.configured = configured
        self.canUnmuteByHand = canUnmuteByHand
        self.life = life
        self.onTrouble = onTrouble
        state = Mutex(State())
        refresh()
    }

    /// Reads the disk again: an instance that takes over begins with what the other has stored.
    package func refresh() {
        guard let document else { return }
        var mute: Mute?
        var volume: Double?
        var notice: String?
        switch document.read() {
        case .absent: break
        case .value(let json, let loss):
            mute = json["muted"]?.string.map { Mute(rawValue: $0) ?? .byWords }
            let percent = json["volume"]?.double.map { min(max(0, $0), 100) }
            if json["volume_setting"]?.double == configured { volume = percent }
            if mute != nil, !canUnmuteByHand, json["life"]?.string != life {
                mute = nil
                notice =
                    "the microphone was muted and is open again, since the device was switched off "
                    + "and on, and there is neither a button nor a broker to open it"
            } else if mute != nil {
                notice = "the microphone is muted, as it was before the restart"
            } else if loss != nil {
                mute = .byWords
                notice = Self.unknown
            }
        case .lost, .unreadable:
            mute = .byWords
            notice = Self.unknown
        }
        let isUnknown = notice == Self.unknown
        let found = (mute: mute, volume: volume, notice: notice)
        let stored = state.withLock { state in
            (state.mute, state.volume) = (found.mute, found.volume)
            // Not replaced by what this instance itself has stored.
            if state.notice != Self.unknown { state.notice = found.notice }
            return json(state)
        }
        // The damaged file is set aside by now, so the next start would not know of it.
        if isUnknown { try? document.write(stored) }
    }

    /// What is to be reported at the start; nil: nothing.
    package var notice: String? { state.withLock { $0.notice } }

    private static let unknown =
        "whether the microphone was muted is not known, since it cannot be read from the disk: it "
        + "starts muted, and a press on the button, or turning mute off, opens it"

    /// Who muted the microphone; nil: it is not muted.
    package var mute: Mute? { state.withLock { $0.mute } }

    /// The volume that was set (percent); nil: the settings' own.
    package var volume: Double? { state.withLock { $0.volume } }

    /// Notes who mutes the microphone from now on; `stored` returns when it is on the disk.
    package func set(_ mute: Mute?) { state.withLock { $0.mute = mute } }

    /// Notes the volume (percent); it is on the disk after a while, or when `stored` returns.
    package func set(volume percent: Double) {
        state.withLock { state in
            state.volume = min(max(0, percent), 100)
            guard state.writer == nil, document != nil else { return }
            state.writer = Task.detached { [self] in
                try? await Task.sleep(for: Self.volumeDelay)
                await write()
            }
        }
    }

    /// Returns when everything noted so far is on the disk; if that fails, throws an error worded
    /// for the user.
    package func stored() async throws {
        guard let document else { return }
        try await thread.run { [self] in
            if document.isBlocked { _ = document.read() }
            try document.write(json(state.withLock { $0 }))
        }
    }

    /// Writes what is pending, and then returns.
    package func settled() async {
        guard let writer = state.withLock({ $0.writer }) else { return }
        // Ends the waiting, not the writing.
        writer.cancel()
        await writer.value
    }

    private func write() async {
        state.withLock { $0.writer = nil }
        do {
            // Writes the state as it is then, so that a mute in between is not undone.
            try await stored()
        } catch {
            onTrouble("the volume cannot be stored: \(error)")
        }
    }

    private func json(_ state: State) -> JSONValue {
        [
            "muted": state.mute.map { .string($0.rawValue) } ?? .null,
            "life": .string(life),
            "volume": state.volume.map { .double($0) } ?? .null,
            "volume_setting": configured.map { .double($0) } ?? .null,
        ]
    }
}
