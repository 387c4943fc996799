extension Keys {
    /// [conversation]: how a turn begins and ends.
    package struct Conversation: SettingsSection {
        package static let introduction =
            "How a turn begins and ends."

        package let mode = Setting(
            "conversation.mode", "hold", .oneOf(["hold", "tap", "hands-free"]),
            "hold: talk while the button is held. tap: press, talk, press or fall silent. "
                + "hands-free: just talk.")
        package let preRoll = Setting(
            "conversation.pre_roll_ms", 300, .range(0...2000),
            "Sound from before the press that is sent too, so that the first word is not lost "
                + "(milliseconds). 0: the microphone is closed between presses, and what is "
                + "said while it opens is lost.")
        package let bargeIn = Setting(
            "conversation.voice_interrupts", true,
            "Whether a voice interrupts the answer in hands-free mode. If the device interrupts "
                + "itself, see audio.echo before you set this to false.")
        package let falseInterruption = Setting(
            "conversation.false_interruption_ms", 1500, .range(0...10_000),
            "An answer that a voice interrupted goes on when no words are found within this time "
                + "after the voice (milliseconds), as after a cough. 0: it never goes on.")
        package let maximumTurn = Setting(
            "conversation.maximum_turn_s", 120, .range(5...600),
            "A turn is closed after this, so that a stuck button cannot send for ever (seconds).")
        package let thinkingTimeout = Setting(
            "conversation.thinking_timeout_s", 15, .range(2...120),
            "How long an answer is awaited before the turn is given up (seconds).")
        package let offlinePatience = Setting(
            "conversation.offline_patience_s", 10, .range(0...30),
            "How long words that were said without a connection are kept until it is back "
                + "(seconds). 0: they are not.")
        package let listeningSound = Setting(
            "conversation.listening_sound", false,
            "Whether a short sound says that the "
                + "microphone is open.")
    }
}
