private import CALSA
private import Glibc

/// The volume of one mixer control in one direction, in decibels if the card has them.
struct MixerVolume {
    let scale: VolumeScale

    private let element: OpaquePointer
    private let direction: StreamDirection
    private let failure: (Int32) -> ALSAError

    /// Finds the scale; throws `failure` of the code if there is no volume.
    init(
        _ element: OpaquePointer, _ direction: StreamDirection,
        _ failure: @escaping (Int32) -> ALSAError
    ) throws(ALSAError) {
        self.element = element
        self.direction = direction
        self.failure = failure
        var (low, high) = (0, 0)
        let isCapture = direction == .capture
        let hasDecibels =
            isCapture
            ? snd_mixer_selem_get_capture_dB_range(element, &low, &high)
            : snd_mixer_selem_get_playback_dB_range(element, &low, &high)
        if hasDecibels == 0, low < high {
            scale = .ofDecibels(low...high, direction)
            return
        }
        try ALSAError.check("snd_mixer_selem_get_volume_range", or: failure) {
            isCapture
                ? snd_mixer_selem_get_capture_volume_range(element, &low, &high)
                : snd_mixer_selem_get_playback_volume_range(element, &low, &high)
        }
        scale = .linear(low...max(low, high))
    }

    /// The value of the loudest channel.
    func read() throws(ALSAError) -> Int {
        var loudest: Int?
        for channel in SND_MIXER_SCHN_FRONT_LEFT.rawValue...SND_MIXER_SCHN_LAST.rawValue {
            let channel = snd_mixer_selem_channel_id_t(rawValue: channel)
            guard has(channel) else { continue }
            var value = 0
            try ALSAError.check("snd_mixer_selem_get_volume", or: failure) { get(channel, &value) }
            loudest = max(loudest ?? value, value)
        }
        guard let loudest else { throw failure(ENODEV) }
        return loudest
    }

    /// Sets all channels.
    func write(_ value: Int) throws(ALSAError) {
        try ALSAError.check("snd_mixer_selem_set_volume", or: failure) {
            switch (scale, direction) {
            // Rounded to the step at or above, so that a volume above 0 is not silence.
            case (.decibels, .capture): snd_mixer_selem_set_capture_dB_all(element, value, 1)
            case (.decibels, .playback): snd_mixer_selem_set_playback_dB_all(element, value, 1)
            case (.linear, .capture): snd_mixer_selem_set_capture_volume_all(element, value)
            case (.linear, .playback): snd_mixer_selem_set_playback_volume_all(element, value)
            }
        }
    }

    private func has(_ channel: snd_mixer_selem_channel_id_t) -> Bool {
        direction == .capture
            ? snd_mixer_selem_has_capture_channel(element, channel) != 0
            : snd_mixer_selem_has_playback_channel(element, channel) != 0
    }

    private func get(_ channel: snd_mixer_selem_channel_id_t, _ value: inout Int) -> Int32 {
        switch (scale, direction) {
        case (.decibels, .capture): snd_mixer_selem_get_capture_dB(element, channel, &value)
        case (.decibels, .playback): snd_mixer_selem_get_playback_dB(element, channel, &value)
        case (.linear, .capture): snd_mixer_selem_get_capture_volume(element, channel, &value)
        case (.linear, .playback): snd_mixer_selem_get_playback_volume(element, channel, &value)
        }
    }
}
