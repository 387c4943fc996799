private import CALSA

/// One control of a card: a volume, a switch, or both.
package struct MixerElement: Sendable, Equatable {
    /// As the card has it: "Master", "Speaker", "Mic".
    package let name: String
    /// Distinguishes elements of the same name; mostly 0.
    package let index: UInt32
    package let hasPlaybackVolume: Bool
    package let hasCaptureVolume: Bool
    package let hasPlaybackSwitch: Bool
    package let hasCaptureSwitch: Bool
}

/// The volume controls of a sound card, closed with their owner.
///
/// ## Concurrency
/// One thread at a time; calls may take a millisecond.
package struct Mixer: ~Copyable {
    private let card: String
    private let handle: OpaquePointer

    /// Opens a card's controls: "default", "hw:0", "hw:CARD=Headset".
    ///
    /// The corresponding C functions are `snd_mixer_open`, `snd_mixer_attach`, `snd_mixer_load`.
    package init(card: String) throws(ALSAError) {
        var opened: OpaquePointer?
        try ALSAError.check("snd_mixer_open", or: { .mixer(card: card, what: "open", code: $0) }) {
            snd_mixer_open(&opened, 0)
        }
        guard let opened else { preconditionFailure("a mixer was opened as nothing") }
        do throws(ALSAError) {
            try ALSAError.check(
                "snd_mixer_attach", or: { .mixer(card: card, what: "open", code: $0) },
                { snd_mixer_attach(opened, card) })
            try ALSAError.check(
                "snd_mixer_load", or: { .mixer(card: card, what: "read controls", code: $0) },
                { martlet_mixer_load(opened) })
        } catch {
            snd_mixer_close(opened)
            throw error
        }
        self.card = card
        handle = opened
    }

    deinit {
        snd_mixer_close(handle)
    }

    /// All controls, in the card's order.
    package func elements() -> [MixerElement] {
        var found: [MixerElement] = []
        var next = snd_mixer_first_elem(handle)
        while let element = next {
            found.append(describe(element))
            next = snd_mixer_elem_next(element)
        }
        return found
    }

    /// Loudness in percent, 0 to 100, of the loudest channel.
    ///
    /// The corresponding C functions are `snd_mixer_selem_get_playback_dB` and its siblings.
    package func volumePercent(
        _ name: String, _ direction: StreamDirection
    ) throws(ALSAError) -> Double {
        let control = try MixerVolume(find(name), direction, failure(name, "has no volume"))
        return control.scale.percent(value: try control.read())
    }

    /// Sets the loudness of all channels, in percent, 0 to 100, to the nearest value that the card
    /// has.
    ///
    /// The corresponding C functions are `snd_mixer_selem_set_playback_dB_all` and its siblings.
    package mutating func setVolume(
        _ name: String, _ direction: StreamDirection, percent: Double
    ) throws(ALSAError) {
        let control = try MixerVolume(find(name), direction, failure(name, "has no volume"))
        try control.write(control.scale.value(percent: percent))
    }

    /// Whether the control's first channel is muted.
    ///
    /// The corresponding C functions are `snd_mixer_selem_get_playback_switch` and its sibling.
    package func isMuted(
        _ name: String, _ direction: StreamDirection
    ) throws(ALSAError) -> Bool {
        let element = try find(name)
        var isOn: Int32 = 0
        try ALSAError.check("snd_mixer_selem_get_switch", or: failure(name, "has no switch")) {
            direction == .capture
                ? snd_mixer_selem_get_capture_switch(element, SND_MIXER_SCHN_MONO, &isOn)
                : snd_mixer_selem_get_playback_switch(element, SND_MIXER_SCHN_MONO, &isOn)
        }
        return isOn == 0
    }

    /// Switches the control off or on for all channels.
    ///
    /// The corresponding C functions are `snd_mixer_selem_set_playback_switch_all` and its sibling.
    package mutating func setMuted(
        _ name: String, _ direction: StreamDirection, _ isMuted: Bool
    ) throws(ALSAError) {
        let element = try find(name)
        try ALSAError.check("snd_mixer_selem_set_switch", or: failure(name, "has no switch")) {
            direction == .capture
                ? snd_mixer_selem_set_capture_switch_all(element, isMuted ? 0 : 1)
                : snd_mixer_selem_set_playback_switch_all(element, isMuted ? 0 : 1)
        }
    }

    private func describe(_ element: OpaquePointer) -> MixerElement {
        MixerElement(
            name: snd_mixer_selem_get_name(element).map { String(cString: $0) } ?? "",
            index: snd_mixer_selem_get_index(element),
            hasPlaybackVolume: snd_mixer_selem_has_playback_volume(element) != 0,
            hasCaptureVolume: snd_mixer_selem_has_capture_volume(element) != 0,
            hasPlaybackSwitch: snd_mixer_selem_has_playback_switch(element) != 0,
            hasCaptureSwitch: snd_mixer_selem_has_capture_switch(element) != 0)
    }

    /// The first control of a name.
    private func find(_ name: String) throws(ALSAError) -> OpaquePointer {
        // Another program may have changed the card since the last call.
        _ = snd_mixer_handle_events(handle)
        var next = snd_mixer_first_elem(handle)
        while let element = next {
            if let own = snd_mixer_selem_get_name(element), String(cString: own) == name {
                return element
            }
            next = snd_mixer_elem_next(element)
        }
        throw .noSuchControl(card: card, name: name, existing: elements().map(\.name))
    }

    private func failure(_ name: String, _ what: String) -> (Int32) -> ALSAError {
        let card = card
        return { .mixer(card: card, what: "\(name) \(what)", code: $0) }
    }
}
