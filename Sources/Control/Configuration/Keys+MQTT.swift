extension Keys {
    /// [mqtt]: the broker, and what the device offers on it.
    package struct MQTT: SettingsSection {
        package static let introduction =
            "The broker that tools and Home Assistant talk through."

        /// What messages may make the device do.
        private static let commandNames = ["mute", "volume", "listen", "stop", "say"]

        package let host = Setting(
            "mqtt.host", "", .form(Words.host),
            "The broker's name or address. Empty: there is none, and nothing of MQTT is loaded.")
        package let port = Setting(
            "mqtt.port", 0, .range(0...65_535), "Its port. 0: 1883, and 8883 with TLS.")
        package let tls = Setting(
            "mqtt.tls", false,
            "Whether the connection is encrypted. If not, anyone on the network can read the "
                + "password.")
        package let authority = Setting(
            "mqtt.ca_file", "", .pathOrNothing,
            "A PEM file whose authorities alone are trusted; empty: those of the system.")
        package let certificate = Setting(
            "mqtt.certificate_file", "", .pathOrNothing,
            "A PEM file with the device's own certificate, where the broker wants one.")
        package let key = Setting(
            "mqtt.key_file", "", .pathOrNothing,
            "The PEM file with its key, which must not be encrypted.")
        package let user = Setting("mqtt.user", "", "The user; empty: none.")
        package let password = Setting(
            "mqtt.password", "", .secretOrNothing,
            "\"{secret:NAME}\": the password is what the secret of that name holds, see "
                + "tools.secrets_dir. Empty: none.")
        package let keepAlive = Setting(
            "mqtt.keep_alive_s", 30, .range(5...3600),
            "A silent connection is probed after this time (seconds); a dead one is noticed "
                + "after twice that.")
        package let name = Setting(
            "mqtt.name", "",
            "What the device is called in Home Assistant. Empty: the machine's name.")
        package let id = Setting(
            "mqtt.id", "", .form(Self.identifier),
            "The id by which the broker and Home Assistant know it: letters, digits, _ and -. "
                + "Empty: made from the machine's own id. No two devices may have the same.")
        package let prefix = Setting(
            "mqtt.topic", "martlet", .form(Self.topic),
            "The device's own topics begin with this, followed by its id.")
        package let discovery = Setting(
            "mqtt.discovery", true,
            "Whether the device announces itself to Home Assistant (2024.11 or newer): state, "
                + "mute, volume, timers and more. `martlet mqtt forget` undoes that.")
        package let discoveryPrefix = Setting(
            "mqtt.discovery_topic", "homeassistant", .form(Self.topic),
            "Where Home Assistant listens for announcements.")
        package let commands = Setting(
            "mqtt.commands", Self.commandNames,
            .form { name in
                Self.commandNames.contains(name)
                    ? nil : "there is no \"\(name)\"; allowed: \(Self.commandNames.toml)"
            },
            "What messages may make the device do; leave out what they may not. listen opens "
                + "the microphone, mute can also unmute it (but not against the mute switch), "
                + "and the model takes words sent by say for those of someone in the room.")
        package let words = Setting(
            "mqtt.publish_words", false,
            "Whether the words of the last request and reply are published. Then everyone on "
                + "the broker can read them, and Home Assistant keeps them in its history.")

        private static func identifier(_ text: String) -> String? {
            let isPlain = text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || byte == 0x5F || byte == 0x2D
            }
            return isPlain && text.utf8.count <= 64
                ? nil : "an id has at most 64 letters, digits, _ and -"
        }

        private static func topic(_ text: String) -> String? {
            let isPlain = text.unicodeScalars.allSatisfy {
                $0 > " " && $0 != "\u{7F}" && !"+#$".unicodeScalars.contains($0)
            }
            let levels = text.split(separator: "/", omittingEmptySubsequences: false)
            return isPlain && !levels.contains(where: \.isEmpty) && text.utf8.count <= 128
                ? nil : "a topic has no blanks, + # $ or empty levels, and at most 128 bytes"
        }
    }
}
