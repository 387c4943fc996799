extension Keys {
    /// [audio]: what both directions share.
    package struct Audio: SettingsSection {
        package static let introduction =
            "Sound both ways: the threads, and what the devices hold."

        package let period = Setting(
            "audio.period_ms", 20, .range(5...100),
            "The time between two wake-ups of the sound threads (milliseconds). Less "
                + "answers sooner and costs more of the processor.")
        package let buffer = Setting(
            "audio.buffer_ms", 80, .range(20...1000),
            "What the devices hold (milliseconds); at least two periods. More rides over a "
                + "busy processor.")
        package let priority = Setting(
            "audio.real_time_priority", 20, .range(0...99),
            "SCHED_FIFO priority of the sound threads, where the system grants it "
                + "(LimitRTPRIO of the unit); 0: none.")
        package let resamplerQuality = Setting(
            "audio.resampler_quality", 4, .range(0...10),
            "How well rates are converted where a card has not the service's own: 0 costs least, "
                + "10 is best. Above 4 speech sounds no better.")
        package let memoryLock = Setting(
            "audio.lock_memory", true,
            "Whether the daemon's memory stays where it is, so that no sound thread waits for a "
                + "page from the card; where the system grants it (LimitMEMLOCK of the unit).")
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
            "What the device is asked for (Hz); it is converted to 16000 where it grants "
                + "another.")
        package let channels = Setting(
            "audio.capture.channels", 1, .range(1...8),
            "How many channels the device is "
                + "asked for; arrays of microphones have several.")
        package let format = Setting(
            "audio.capture.format", "auto", .oneOf(sampleFormats),
            "The sample format to ask for, where the device has it; others are converted. auto: "
                + "the cheapest one, and 32 bits for bare I2S microphones (INMP441, SPH0645), which "
                + "give nothing useful in less.")
        package let channel = Setting(
            "audio.capture.channel", 0, .range(-1...7),
            "Which channel is used, counted from 0; -1: the mean of all.")
        package let level = Setting(
            "audio.capture.level_percent", -1, .range(-1...100),
            "How sensitive the card's microphone is set whenever it is opened (percent), since a "
                + "card that was unplugged forgets it. -1: it is left as it is.")
        package let levelControl = Setting(
            "audio.capture.level_control", "auto", .nameOr(["auto"]),
            "The control of the card that this is set with, as alsamixer shows it. auto: the "
                + "likeliest that it has.")
        package let highPass = Setting(
            "audio.capture.high_pass_hz", 80, .range(0...300),
            "What lies below is taken out: hum, rumble, a microphone's offset (Hz). 0: nothing.")
        package let noise = Setting(
            "audio.capture.noise_suppression_db", 0, .range(0...40),
            "By how much steady noise is pushed down in what is sent (decibels). The service "
                + "hears well in noise, so that this mostly helps recordings. 0: not at all.")
        package let gain = Setting(
            "audio.capture.automatic_gain_db", 0, .range(0...40),
            "By how much quiet speech is raised at most (decibels), for a microphone without a "
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
            "What the device is asked for (Hz); the answers come with 24000 and are "
                + "converted where it grants another.")
        package let channels = Setting(
            "audio.playback.channels", 1, .range(1...2),
            "How many channels the device is "
                + "asked for; both of two get the same.")
        package let format = Setting(
            "audio.playback.format", "auto", .oneOf(sampleFormats),
            "The sample format to ask for, as in [audio.capture]. On a card with an I2S "
                + "line both ways must have the same.")
        package let volume = Setting(
            "audio.playback.volume", -1, .range(-1...100),
            "The volume to begin with (percent of loudness; half sounds half as loud). -1: as the "
                + "card has it.")
        package let mixer = Setting(
            "audio.playback.mixer", "auto", .nameOr(["auto", "soft"]),
            "Where the volume is set. auto: at the card where it has a control for it, else in "
                + "the device's own mixer. soft: always there. Else the name of the card's "
                + "control, such as \"Speaker\".")
        package let prebuffer = Setting(
            "audio.playback.prebuffer_ms", 60, .range(0...1000),
            "Speech that must be there before playback begins (milliseconds). More rides "
                + "over a slow network, and answers later.")
        package let prebufferLimit = Setting(
            "audio.playback.prebuffer_limit_ms", 1000, .range(0...5000),
            "The most that prebuffer_ms grows to by itself where answers come haltingly "
                + "(milliseconds); where they come fast it shrinks.")
        package let leadIn = Setting(
            "audio.playback.lead_in_ms", 0, .range(0...3000),
            "Silence before the first sound after a pause (milliseconds), for amplifiers that "
                + "wake up slowly. It is played while you talk, so that answers are not later.")
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
            "How loud answers are beside the rest (decibels).")
        package let earconLevel = Setting(
            "audio.playback.sounds_db", 0.0, .range(-60...0),
            "The same for the device's own sounds.")
        package let musicLevel = Setting(
            "audio.playback.music_db", 0.0, .range(-60...0), "The same for music.")
        package let alarmLevel = Setting(
            "audio.playback.alarm_db", 0.0, .range(-60...0), "The same for alarms.")
        package let duck = Setting(
            "audio.playback.duck_db", -15.0, .range(-60...0),
            "How far music and alarms step back while somebody talks (decibels).")
    }
}
