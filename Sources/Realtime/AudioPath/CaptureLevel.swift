internal import ALSA

/// The sensitivity to set on a card's microphone: a card forgets it when it is unplugged.
package struct CaptureLevel: Sendable, Equatable {
    /// Names of controls that a card's inputs go through, the likeliest first.
    private static let usualNames = [
        "Capture", "Mic", "Mic Capture", "Digital", "ADC PCM", "Input",
    ]

    /// The card's control; nil: its likeliest one.
    package var control: String?
    /// 0 to 100 percent of loudness.
    package var percent: Double

    /// A level that has not been set yet.
    package init(control: String?, percent: Double) {
        self.control = control
        self.percent = percent
    }

    /// Sets the control of a device's card and opens its switch; returns the reason if that failed.
    ///
    /// A card without such a control is a failure only if the control was named.
    func put(on device: String) -> String? {
        guard let card = VolumeControl.card(of: device) else {
            return control.map { "\(device) is on no card that could have a control \($0)" }
        }
        do throws(ALSAError) {
            var mixer = try Mixer(card: card)
            let elements = mixer.elements()
            let usual = Self.usualNames.first { name in
                elements.contains { $0.name == name && $0.hasCaptureVolume }
            }
            guard
                let name = control ?? usual ?? elements.first(where: \.hasCaptureVolume)?.name
            else { return nil }
            try mixer.setVolume(name, .capture, percent: percent)
            if elements.contains(where: { $0.name == name && $0.hasCaptureSwitch }) {
                try mixer.setMuted(name, .capture, false)
            }
            return nil
        } catch {
            return "\(error)"
        }
    }
}
