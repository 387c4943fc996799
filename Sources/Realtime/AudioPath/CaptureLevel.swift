internal import ALSA

/// How sensitive a card's microphone is set, which a card that was unplugged has forgotten.
package struct CaptureLevel: Sendable, Equatable {
    /// Names of controls that a card's inputs go through, the likeliest first.
    private static let usualNames = [
        "Capture", "Mic", "Mic Capture", "Digital", "ADC PCM", "Input",
    ]

    /// The card's control; nil: the likeliest that it has.
    package var control: String?
    /// 0 to 100 percent of loudness.
    package var percent: Double

    /// A wish that nothing is done about yet.
    package init(control: String?, percent: Double) {
        self.control = control
        self.percent = percent
    }

    /// Sets the control of the card that a device is on, and opens its switch; returns why not.
    ///
    /// A card without such a control is no failure unless the control was named.
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
