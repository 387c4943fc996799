extension Keys {
    /// [voice]: when a voice counts as speech.
    package struct Voice: SettingsSection {
        package static let introduction =
            "What the device itself takes for speech, in hands-free mode and for tap."

        package let threshold = Setting(
            "voice.threshold_db", 8.0, .range(3...40),
            "How far above the noise speech must be, in the bands where it stands out most "
                + "(decibels). Raise it when noises open the microphone.")
        package let minimum = Setting(
            "voice.minimum_level_dbfs", -60.0, .range(-90...(-10)),
            "Quieter than this is never speech (decibels below full scale).")
        package let onset = Setting(
            "voice.onset_ms", 60, .range(20...1000),
            "How long a sound must last before it may be speech (milliseconds). Whether it is a "
                + "voice is known a moment later; the words of that time are kept.")
        package let onsetOverEcho = Setting(
            "voice.onset_over_echo_ms", 100, .range(20...2000),
            "The same while the device itself speaks and cancels its echo (milliseconds): "
                + "longer, as what is left of the echo comes in short pieces.")
        package let hangover = Setting(
            "voice.hangover_ms", 500, .range(100...5000),
            "How much silence ends it (milliseconds). If this is shorter than "
                + "live.silence_duration_ms, answers come sooner, since the service then learns "
                + "of the end at once.")
        package let onlyVoices = Setting(
            "voice.only_voices", true,
            "Whether only voices are speech. If not, every sound that stands out from the noise "
                + "is: each whisper, but also music and doors.")
    }
}
