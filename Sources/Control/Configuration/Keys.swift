/// Every setting, declared once.
///
/// A section is a type whose stored properties are its settings, in the order of the shipped file.
/// To add a setting: a property in its section. To add a section: a type, and a line in this list.
package enum Keys {
    package static let live = Live()
    package static let vertex = Vertex()
    package static let conversation = Conversation()
    package static let audio = Audio()
    package static let capture = Capture()
    package static let playback = Playback()
    package static let music = Music()
    package static let echo = Echo()
    package static let voice = Voice()
    package static let button = Button()
    package static let muteSwitch = MuteSwitch()
    package static let light = Light()
    package static let lightPatterns = LightPatterns()
    package static let sounds = Sounds()
    package static let recording = Recording()
    package static let timers = Timers()
    package static let tools = Tools()
    package static let mqtt = MQTT()
    package static let log = Log()

    /// The sections in the order of the shipped file.
    package static let sections: [any SettingsSection] = [
        live, vertex, conversation, audio, capture, playback, music, echo, voice, button,
        muteSwitch, light, lightPatterns, sounds, recording, timers, tools, mqtt, log,
    ]

    /// All settings, in the order of the shipped file.
    package static let all: [any AnySetting] = sections.flatMap(\.all)

    /// The names of the sections, each once.
    static let sectionNames = sections.map(\.name)

    /// Formats by the names that ALSA's tools use, the cheapest first.
    static let sampleFormats = [
        "auto", "S16_LE", "S32_LE", "S24_3LE", "S24_LE", "S20_3LE", "S20_LE", "S18_3LE",
        "FLOAT_LE",
    ]
}
