internal import ALSA
package import Configuration

/// The names of sound devices in the settings.
///
/// A card's number depends on the order in which drivers load, so a name with a number will
/// eventually mean another card. Such a name is a mistake, and the text gives the stable name.
package enum DeviceNames {
    /// The PCMs of ALSA's own that take a card, after any `plug:`.
    private static let withCard = [
        "hw", "plughw", "default", "sysdefault", "front", "rear", "dmix", "dsnoop", "hdmi",
        "iec958", "usbstream", "surround40", "surround51", "surround71",
    ]

    /// The mistakes in the names, given the cards that are plugged in now.
    package static func mistakes(in settings: Settings) -> [Diagnostic] {
        mistakes(
            in: settings,
            cardIDs: Dictionary(
                SoundCard.all().map { (Int($0.number), $0.id) }, uniquingKeysWith: { $1 }))
    }

    /// The same, given the cards' identifiers by number.
    static func mistakes(in settings: Settings, cardIDs: [Int: String]) -> [Diagnostic] {
        [Keys.capture.device, Keys.playback.device, Keys.music.device].compactMap { key in
            let name = settings[key]
            if key.path == Keys.music.device.path, name == "auto" {
                return Diagnostic(
                    settings.position(of: key),
                    "\(key.path) cannot be auto, which is the loudspeaker; `martlet devices` lists "
                        + "the names, and \"\" is the loudspeaker")
            }
            if let mistake = fileMistake(name) {
                return Diagnostic(
                    settings.position(of: key), "\(key.path) is \"\(name)\", \(mistake)")
            }
            guard let card = cardNumber(in: name) else { return nil }
            let better = cardIDs[card.number].map { "\"\(card.renamed($0))\"" }
            let advice =
                better.map { "card \(card.number) is \($0) now" }
                ?? "there is no card \(card.number) now; `martlet devices` lists the names"
            return Diagnostic(
                settings.position(of: key),
                "\(key.path) is \"\(name)\", but a card's number may mean another card after the "
                    + "next start; write its id: \(advice)")
        }
    }

    /// Common sound files that are neither read nor written here.
    private static let foreignEndings = [
        ".mp3", ".ogg", ".opus", ".flac", ".m4a", ".aac", ".wma", ".aiff", ".webm", ".raw", ".pcm",
    ]

    /// What is wrong with a name of a file that is not a WAV file; nil for other names.
    private static func fileMistake(_ name: String) -> String? {
        let small = name.lowercased()
        // A device of ALSA's own, such as "file:/tmp/x.raw", has its arguments after a colon.
        guard !name.contains(":"), !small.hasSuffix(".wav") else { return nil }
        guard let ending = foreignEndings.first(where: small.hasSuffix) else {
            return name.hasPrefix("/")
                ? "a path, but only WAV files (NAME.wav) stand for a device" : nil
        }
        let base = name.dropLast(ending.count)
        return "a file of a kind that is not used here: make it a WAV file, as by "
            + "`ffmpeg -i \(name) \(base).wav`"
    }

    /// A card that a name gives by its number, and the name with an id instead.
    struct NumberedCard {
        let number: Int
        let renamed: (String) -> String
    }

    /// The card's number in a name such as "hw:1,0", "plughw:CARD=1" or "plug:'hw:0'".
    static func cardNumber(in name: String) -> NumberedCard? {
        if name.hasPrefix("plug:") {
            let inner = name.dropFirst(5).filter { $0 != "'" && $0 != "\"" }
            return cardNumber(in: String(inner))
        }
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = parts.first.map(String.init), withCard.contains(kind) else { return nil }
        guard parts.count == 2 else {
            // Without arguments these two mean card 0.
            guard kind == "hw" || kind == "plughw" else { return nil }
            return NumberedCard(number: 0) { "\(kind):CARD=\($0),DEV=0" }
        }
        var arguments = parts[1].split(separator: ",", omittingEmptySubsequences: false)
            .map(String.init)
        guard
            let place = arguments.firstIndex(where: { $0.hasPrefix("CARD=") })
                ?? (arguments.first?.contains("=") == true ? nil : 0)
        else { return nil }
        let value =
            arguments[place].hasPrefix("CARD=")
            ? String(arguments[place].dropFirst(5)) : arguments[place]
        guard let number = Int(value) else { return nil }
        // The device's number may follow without its key.
        if place == 0, arguments.count > 1, Int(arguments[1]) != nil {
            arguments[1] = "DEV=\(arguments[1])"
        }
        return NumberedCard(number: number) { id in
            var named = arguments
            named[place] = "CARD=\(id)"
            return "\(kind):\(named.joined(separator: ","))"
        }
    }
}
