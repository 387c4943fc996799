internal import Configuration

/// What it takes to change from one configuration to another.
enum SettingsChange: Equatable {
    /// They say the same; what they point at (a key, sounds, certificates) may have changed.
    case nothing
    /// These settings only, which can be applied while the device runs.
    case inPlace([String])
    /// The device must be restarted.
    case anew

    /// What `Application.apply` can take over.
    private static let inPlace: Set<String> = [
        Keys.log.level.path, Keys.live.instruction.path, Keys.playback.volume.path,
        Keys.conversation.bargeIn.path, Keys.conversation.falseInterruption.path,
        Keys.conversation.maximumTurn.path, Keys.conversation.thinkingTimeout.path,
        Keys.conversation.offlinePatience.path, Keys.conversation.listeningSound.path,
    ]

    init(from old: Settings, to new: Settings) {
        guard SettingsFile.tables(of: old) == SettingsFile.tables(of: new) else {
            self = .anew
            return
        }
        let changed = Keys.all.filter { old.text(of: $0) != new.text(of: $0) }.map(\.path)
        if changed.isEmpty {
            self = .nothing
        } else if changed.allSatisfy(Self.inPlace.contains),
            // An open session can be given other words, but not none.
            old[Keys.live.instruction] == new[Keys.live.instruction]
                || !new[Keys.live.instruction].isEmpty,
            // Only the card knew the volume that it had before.
            old[Keys.playback.volume] == new[Keys.playback.volume]
                || new[Keys.playback.volume] >= 0
        {
            self = .inPlace(changed)
        } else {
            self = .anew
        }
    }
}
