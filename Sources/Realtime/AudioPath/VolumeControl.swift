internal import ALSA
internal import SignalProcessing

/// Where the volume is set.
package enum VolumeWish: Sendable, Equatable {
    /// At the card if it has a volume control, else in our mixer.
    case automatic
    /// In our mixer, whatever the card has.
    case soft
    /// At the card's control of that name.
    case control(String)
}

/// The user's volume: a percentage of loudness, kept through the loss of a card.
///
/// Ducking and the loudness of a voice are separate and never change it.
///
/// ## Concurrency
/// One thread at a time; a call takes as long as the card's driver, mostly a millisecond.
package final class VolumeControl {
    /// Names of controls that a card's outputs go through, the likeliest first.
    private static let usualNames = [
        "Master", "PCM", "Digital", "Speaker", "Headphone", "Playback", "Line Out", "HDMI",
    ]

    private let setGain: (_ gain: Float, _ elsewhere: Float?) -> Void
    private let wish: VolumeWish
    private var device: String?
    /// The last requested volume; nil: as the card has it.
    private var wished: Double?

    /// Creates a volume that begins at `percent` (0 to 100), or as the card has it; used on the
    /// speaker's thread.
    package convenience init(speaker: Speaker, wish: VolumeWish, percent: Double?) {
        self.init(wish: wish, percent: percent) { speaker.setGain($0, elsewhere: $1) }
    }

    /// Creates a volume that sets the gain by a closure, which must call `Speaker.setGain` on its
    /// thread.
    package init(
        wish: VolumeWish, percent: Double?,
        setGain: @escaping (_ gain: Float, _ elsewhere: Float?) -> Void
    ) {
        self.setGain = setGain
        self.wish = wish
        wished = percent
    }

    /// Applies the requested volume to a new device, or to the same one after a reopening.
    ///
    /// `name` is the ALSA name; nil if there is no card. Returns why the card's control could not
    /// be used; then the volume is set in our mixer.
    @discardableResult
    package func deviceChanged(to name: String?) -> String? {
        device = name
        return wished.flatMap { set($0) }
    }

    /// Sets the volume, 0 to 100 percent of loudness; returns why the card's control could not be
    /// used.
    @discardableResult
    package func set(_ percent: Double) -> String? {
        let percent = min(max(percent, 0), 100)
        wished = percent
        do throws(ALSAError) {
            if try setAtCard(percent) {
                // A card's lowest step need not be silence.
                setGain(percent > 0 ? 1 : 0, Loudness.gain(percent: percent))
                return nil
            }
        } catch {
            setGain(Loudness.gain(percent: percent), nil)
            return "\(error); the volume is set in the device's own mixer"
        }
        setGain(Loudness.gain(percent: percent), nil)
        return nil
    }

    /// The current volume, 0 to 100 percent; another program may have changed the card's.
    package var percent: Double {
        guard let card, let mixer = try? Mixer(card: card), let name = control(of: mixer) else {
            return wished ?? 100
        }
        return (try? mixer.volumePercent(name, .playback)) ?? wished ?? 100
    }

    /// Whether the card's control is switched off.
    package var isMuted: Bool {
        guard let card, let mixer = try? Mixer(card: card), let name = control(of: mixer),
            hasSwitch(name, mixer)
        else { return false }
        return (try? mixer.isMuted(name, .playback)) ?? false
    }

    /// Why the control named in the settings cannot be used; nil if it can, or none is named.
    ///
    /// Nothing is set.
    package var trouble: String? {
        guard case .control(let name) = wish, let card else { return nil }
        do throws(ALSAError) {
            let mixer = try Mixer(card: card)
            _ = try mixer.volumePercent(name, .playback)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func hasSwitch(_ name: String, _ mixer: borrowing Mixer) -> Bool {
        mixer.elements().contains { $0.name == name && $0.hasPlaybackSwitch }
    }

    private func setAtCard(_ percent: Double) throws(ALSAError) -> Bool {
        guard wish != .soft, let card else { return false }
        var mixer: Mixer
        do throws(ALSAError) {
            mixer = try Mixer(card: card)
        } catch {
            // A device without a card has no controls; that is an error only if one was named.
            if case .automatic = wish { return false }
            throw error
        }
        guard let name = control(of: mixer) else { return false }
        try mixer.setVolume(name, .playback, percent: percent)
        // A card that comes back may be muted, and a user who sets a volume wants to hear
        // something.
        if percent > 0, hasSwitch(name, mixer) { try mixer.setMuted(name, .playback, false) }
        return true
    }

    private func control(of mixer: borrowing Mixer) -> String? {
        switch wish {
        case .soft: return nil
        case .control(let name): return name
        case .automatic:
            let names = mixer.elements().filter(\.hasPlaybackVolume).map(\.name)
            return Self.usualNames.first(where: names.contains)
        }
    }

    /// The card of the device as a mixer's name: "hw:CARD=Headset" for "plughw:CARD=Headset,DEV=0".
    private var card: String? { device.flatMap(Self.card) }

    static func card(of device: String) -> String? {
        guard let colon = device.firstIndex(of: ":") else {
            return device == "default" ? device : nil
        }
        let kinds: Set<Substring> = [
            "hw", "plughw", "default", "sysdefault", "front", "dmix", "hdmi", "iec958",
        ]
        guard kinds.contains(device[..<colon]) else { return nil }
        let arguments = device[device.index(after: colon)...].split(separator: ",")
        guard let first = arguments.first(where: { $0.hasPrefix("CARD=") }) ?? arguments.first
        else { return nil }
        return "hw:\(first)"
    }
}
