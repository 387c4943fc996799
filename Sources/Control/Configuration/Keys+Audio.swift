extension Keys {
    /// [audio]: what both directions share.
    package struct Audio: SettingsSection {
        package static let introduction =
            "Sound in both directions: the threads, and the devices' buffers."

        package let period = Setting(
            "audio.period_ms", 20, .range(5...100),
            "The time between two wake-ups of the sound threads (milliseconds). Less "
                + "answers sooner and costs more of the processor.")
        package let buffer = Setting(
            "audio.buffer_ms", 80, .range(20...1000),
            "The devices' buffer (milliseconds); at least two periods. A longer one rides out a "
                + "busy processor.")
        package let priority = Setting(
            "audio.real_time_priority", 20, .range(0...99),
            "SCHED_FIFO priority of the sound threads, where the system grants it "
                + "(LimitRTPRIO of the unit); 0: none.")
        package let resamplerQuality = Setting(
            "audio.resampler_quality", 4, .range(0...10),
            "How well rates are converted when a card does not have the service's own: 0 costs "
                + "least, 10 is best. Above 4 speech sounds no better.")
        package let memoryLock = Setting(
            "audio.lock_memory", true,
            "Whether the daemon's memory is locked, so that no sound thread waits for a page "
                + "from the card, if the system grants it (LimitMEMLOCK of the unit).")
    }

    /// [audio.capture]: the microphone.
    package struct Capture: SettingsSection {
        package static let introduction =
            "The microphone. `martlet devices` lists what there is."

        package let device = Setting(
            "audio.capture.device", "auto", .nameOr(["auto", "null", "default"]),
            "An ALSA name with the card's id, such as \"plughw:CARD=Headset,DEV=0\", a .wav "
                + "file, or \"null\". auto: the best card there is; the journal says which, and "
                + "why.")
        package let rate = Setting(
            "audio.capture.rate", 16_000, .range(8000...192_000),
            "The rate to ask the device for (Hz); if it grants another, the sound is converted "
                + "to 16000.")
        package let channels = Setting(
            "audio.capture.channels", 1, .range(1...8),
            "How many channels to ask the device for; arrays of microphones have several.")
        package let format = Setting(
            "audio.capture.format", "auto", .oneOf(sampleFormats),
            "The sample format to ask for, if the device has it; others are converted. auto: "
                + "the cheapest one, and 32 bits for bare I2S microphones (INMP441, SPH0645), "
                + "which give nothing useful in less.")
        package let channel = Setting(
            "audio.capture.channel", 0, .range(-1...7),
            "Which channel is used, counted from 0; -1: the mean of all.")
        package let level = Setting(
            "audio.capture.level_percent", -1, .range(-1...100),
            "The sensitivity that the card's microphone is set to whenever it is opened "
                + "(percent), since a card that was unplugged forgets it. -1: it is left as it "
                + "is.")
        package let levelControl = Setting(
            "audio.capture.level_control", "auto", .nameOr(["auto"]),
            "The control of the card that sets this, as alsamixer shows it. auto: the likeliest "
                + "one.")
        package let highPass = Setting(
            "audio.capture.high_pass_hz", 80, .range(0...300),
            "Frequencies below this are removed: hum, rumble, a microphone's offset (Hz). 0: "
                + "none.")
        package let noise = Setting(
            "audio.capture.noise_suppression_db", 0, .range(0...40),
            "How much steady noise is reduced in what is sent (decibels). The service hears "
                + "well in noise, so this mostly helps recordings. 0: not at all.")
        package let gain = Setting(
            "audio.capture.automatic_gain_db", 0, .range(0...40),
            "The most by which quiet speech is amplified (decibels), for a microphone without a "
                + "gain of its own. 0: not at all.")
    }

    /// [audio.playback]: the loudspeaker.
    package struct Playback: SettingsSection {
        package static let introduction =
            "The loudspeaker. `martlet devices` lists what there is."

        package let device = Setting(
            "audio.playback.device", "auto", .nameOr(["auto", "null", "default"]),
            "The same for the loudspeaker; a .wav file is written. Answers, sounds, alarms and "
                + "music go through one mixer to it.")
        package let rate = Setting(
            "audio.playback.rate", 24_000, .range(8000...192_000),
            "The rate to ask the device for (Hz); answers come at 24000 and are converted if it "
                + "grants another.")
        package let channels = Setting(
            "audio.playback.channels", 1, .range(1...2),
            "How many channels to ask the device for; both of two get the same.")
        package let format = Setting(
            "audio.playback.format", "auto", .oneOf(sampleFormats),
            "The sample format to ask for, as in [audio.capture]. On a card with an I2S line "
                + "both directions must have the same.")
        package let volume = Setting(
            "audio.playback.volume", -1, .range(-1...100),
            "The volume to begin with (percent of loudness; half sounds half as loud). -1: as the "
                + "card has it.")
        package let mixer = Setting(
            "audio.playback.mixer", "auto", .nameOr(["auto", "soft"]),
            "Where the volume is set. auto: at the card if it has a control for it, else in the "
                + "device's own mixer. soft: always in that mixer. Or the name of the card's "
                + "control, such as \"Speaker\".")
        package let prebuffer = Setting(
            "audio.playback.prebuffer_ms", 60, .range(0...1000),
            "Speech that must have arrived before playback begins (milliseconds). More rides "
                + "out a slow network, and answers later.")
        package let prebufferLimit = Setting(
            "audio.playback.prebuffer_limit_ms", 1000, .range(0...5000),
            "The most that prebuffer_ms grows to by itself when answers come haltingly "
                + "(milliseconds); when they come fast it shrinks.")
        package let leadIn = Setting(
            "audio.playback.lead_in_ms", 0, .range(0...3000),
            "Silence before the first sound after a pause (milliseconds), for amplifiers that "
                + "wake up slowly. It is played while you talk, so answers are not delayed.")
        package let keepRunning = Setting(
            "audio.playback.keep_running_s", 0, .range(-1...3600),
            "How long the device plays silence after a sound (seconds), for amplifiers that fall "
                + "asleep. -1: always, which costs some of the processor.")
        package let faintNoise = Setting(
            "audio.playback.faint_noise", false,
            "Whether such silence is noise in the last bit, for amplifiers that digital silence "
                + "sends to sleep.")
        package let speechLevel = Setting(
            "audio.playback.speech_db", 0.0, .range(-60...0),
            "The level of answers relative to other sounds (decibels).")
        package let earconLevel = Setting(
            "audio.playback.sounds_db", 0.0, .range(-60...0),
            "The same for the device's own sounds.")
        package let musicLevel = Setting(
            "audio.playback.music_db", 0.0, .range(-60...0), "The same for music.")
        package let alarmLevel = Setting(
            "audio.playback.alarm_db", 0.0, .range(-60...0), "The same for alarms.")
        package let duck = Setting(
            "audio.playback.duck_db", -15.0, .range(-60...0),
            "How far music and alarms are lowered while someone talks (decibels).")
    }
}
