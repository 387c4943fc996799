private import CALSA
private import Glibc
private import Linux

/// A sound device that ALSA knows by name.
package struct PCMDescription: Sendable, Equatable {
    /// What to write into the configuration: "plughw:CARD=Headset,DEV=0".
    package let name: String
    /// One line for people; empty when ALSA has none.
    package let description: String
    /// The card's identifier, "Headset"; nil for devices without a card of their own.
    package let cardID: String?

    /// Makes a description; `text` is ALSA's, which may have several lines.
    init(name: String, text: String) {
        self.name = name
        description = text.split(whereSeparator: \.isNewline).joined(separator: ", ")
        cardID = Self.cardID(in: name)
    }

    /// The value of CARD in a name's arguments.
    private static func cardID(in name: String) -> String? {
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let arguments = name[name.index(after: colon)...].split(separator: ",")
        return arguments.first { $0.hasPrefix("CARD=") }.map { String($0.dropFirst(5)) }
    }
}

/// The sound devices of this machine.
package enum PCMCatalogue {
    /// All devices for a direction that ALSA lists, plugins such as "default" among them.
    ///
    /// A listed device may be busy, and one that is not listed may still open. Empty when ALSA's
    /// configuration cannot be read. The corresponding C function is `snd_device_name_hint`.
    package static func list(_ direction: StreamDirection) -> [PCMDescription] {
        var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        guard snd_device_name_hint(-1, "pcm", &hints) == 0, let hints else { return [] }
        defer { snd_device_name_free_hint(hints) }
        var found: [PCMDescription] = []
        var next = hints
        while let hint = next.pointee {
            next = next.successor()
            guard let name = value("NAME", of: hint), serves(direction, hint) else { continue }
            found.append(PCMDescription(name: name, text: value("DESC", of: hint) ?? ""))
        }
        return found
    }

    /// Why nothing can be listed or opened: a mistake in ALSA's configuration; nil when there is
    /// none.
    ///
    /// The corresponding C function is `snd_config_update`.
    package static func trouble() -> ALSAError? {
        var said: [String] = []
        do throws(ALSAError) {
            try ALSAError.check(
                "snd_config_update",
                or: { code in
                    let explanation = ALSAExplanation(said)
                    let words = explanation.configuration ?? explanation.messages.first
                    return .configuration(reason: words ?? SystemError.text(of: code))
                },
                {
                    let update = ALSALog.listening { snd_config_update() }
                    said = update.said
                    return update.result
                })
            return nil
        } catch {
            return error
        }
    }

    /// Whether a device has the direction; a device that names none has both.
    private static func serves(
        _ direction: StreamDirection, _ hint: UnsafeMutableRawPointer
    ) -> Bool {
        guard let way = value("IOID", of: hint) else { return true }
        return way == (direction == .capture ? "Input" : "Output")
    }

    private static func value(_ key: String, of hint: UnsafeMutableRawPointer) -> String? {
        guard let text = snd_device_name_get_hint(hint, key) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
