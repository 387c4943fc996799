private import CALSA
private import Glibc

/// A PCM on the way from opened to configured; closes it when a step fails.
struct PCMNegotiation: ~Copyable {
    private let request: PCMRequest
    private var handle: OpaquePointer?

    init(_ request: PCMRequest) throws(ALSAError) {
        self.request = request
        let (device, direction) = (request.device, request.direction)
        let stream = direction == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK
        var opened: OpaquePointer?
        var said: [String] = []
        try ALSAError.check(
            "snd_pcm_open",
            or: {
                .opening(
                    device, direction, code: $0, said: ALSAExplanation(said),
                    hasCards: SoundCard.areThere)
            },
            {
                let opening = ALSALog.listening {
                    snd_pcm_open(&opened, device, stream, SND_PCM_NONBLOCK)
                }
                said = opening.said
                return opening.result
            })
        handle = opened
    }

    deinit {
        if let handle { snd_pcm_close(handle) }
    }

    /// The configured handle, which the caller owns from now on.
    consuming func takeHandle() -> OpaquePointer {
        guard let taken = handle.take() else { preconditionFailure("a handle was taken twice") }
        return taken
    }

    /// Settles shape and thresholds.
    ///
    /// The corresponding C functions are `snd_pcm_hw_params` and `snd_pcm_sw_params`.
    mutating func settle() throws(ALSAError) -> PCMGrant {
        guard let handle else { preconditionFailure("negotiation after the handle was taken") }
        let grant = try settleHardware(handle)
        try settleSoftware(handle, grant)
        try step("snd_pcm_prepare", "to be prepared") { snd_pcm_prepare(handle) }
        return grant
    }

    private func settleHardware(_ handle: OpaquePointer) throws(ALSAError) -> PCMGrant {
        var allocated: OpaquePointer?
        try step("snd_pcm_hw_params_malloc", "memory") { snd_pcm_hw_params_malloc(&allocated) }
        let parameters = allocated
        defer { snd_pcm_hw_params_free(parameters) }

        var rate = UInt32(clamping: request.rate)
        var channels = UInt32(clamping: request.channels)
        var period = snd_pcm_uframes_t(clamping: request.periodFrames)
        var buffer = snd_pcm_uframes_t(clamping: request.bufferFrames)
        try step("snd_pcm_hw_params_any", "every configuration") {
            snd_pcm_hw_params_any(handle, parameters)
        }
        // ALSA's own converter is linear; the rate a plugin would convert to is converted better
        // by ours. Devices that know no such switch have nothing to switch off.
        _ = snd_pcm_hw_params_set_rate_resample(handle, parameters, 0)
        try step("snd_pcm_hw_params_set_access", "interleaved access") {
            snd_pcm_hw_params_set_access(handle, parameters, SND_PCM_ACCESS_RW_INTERLEAVED)
        }
        // The first that it has; asking for the usual one tells of a device that has none.
        let format = SampleFormat.allCases.first { has($0, handle, parameters) }
        try step("snd_pcm_hw_params_set_format", "samples of 16, 24 and 32 bits") {
            snd_pcm_hw_params_set_format(handle, parameters, (format ?? .bits16).code)
        }
        try step("snd_pcm_hw_params_set_channels_near", "\(request.channels) channels") {
            snd_pcm_hw_params_set_channels_near(handle, parameters, &channels)
        }
        // Where the nearest lies below and takes the upper part of speech away, a higher one is
        // better; a device that has none is left as it was.
        var least = rate
        _ = snd_pcm_hw_params_set_rate_min(handle, parameters, &least, nil)
        try step("snd_pcm_hw_params_set_rate_near", "\(request.rate) Hz") {
            snd_pcm_hw_params_set_rate_near(handle, parameters, &rate, nil)
        }
        // Wished in frames of the wished rate; meant are times.
        period = scaled(period, rate)
        buffer = scaled(buffer, rate)
        narrowPeriods(handle, parameters)
        try step("snd_pcm_hw_params_set_period_size_near", "\(period) frame periods") {
            snd_pcm_hw_params_set_period_size_near(handle, parameters, &period, nil)
        }
        try step("snd_pcm_hw_params_set_buffer_size_near", "\(buffer) frame buffer") {
            snd_pcm_hw_params_set_buffer_size_near(handle, parameters, &buffer)
        }
        try step("snd_pcm_hw_params", "\(rate) Hz with \(channels) channels") {
            snd_pcm_hw_params(handle, parameters)
        }
        try step("snd_pcm_hw_params_get_period_size", "to tell its period") {
            snd_pcm_hw_params_get_period_size(parameters, &period, nil)
        }
        try step("snd_pcm_hw_params_get_buffer_size", "to tell its buffer") {
            snd_pcm_hw_params_get_buffer_size(parameters, &buffer)
        }
        guard period > 0, buffer / period >= Self.leastPeriods else {
            throw .refused(
                device: request.device,
                what: "\(Self.leastPeriods) periods: its buffer holds \(buffer) frames, of which "
                    + "a period has \(period)",
                code: -EINVAL)
        }
        return PCMGrant(
            rate: Int32(clamping: rate), channels: Int32(clamping: channels),
            periodFrames: Int32(clamping: period), bufferFrames: Int32(clamping: buffer),
            hasClock: Self.hasClock(handle), format: format ?? .bits16,
            isBatch: snd_pcm_hw_params_is_batch(parameters) == 1)
    }

    /// Fewer leave no time to write one while another is heard.
    private static let leastPeriods: snd_pcm_uframes_t = 2

    /// Asks for a buffer of at least two periods, and of a whole number of them, where it can be
    /// had; each is tried on a copy of what is left of the configurations, since a call that fails
    /// may have narrowed them.
    private func narrowPeriods(_ handle: OpaquePointer, _ parameters: OpaquePointer?) {
        var allocated: OpaquePointer?
        guard snd_pcm_hw_params_malloc(&allocated) == 0, let copy = allocated else { return }
        defer { snd_pcm_hw_params_free(copy) }
        snd_pcm_hw_params_copy(copy, parameters)
        var least = UInt32(Self.leastPeriods)
        if snd_pcm_hw_params_set_periods_min(handle, copy, &least, nil) == 0 {
            snd_pcm_hw_params_copy(parameters, copy)
        } else {
            snd_pcm_hw_params_copy(copy, parameters)
        }
        if snd_pcm_hw_params_set_periods_integer(handle, copy) == 0 {
            snd_pcm_hw_params_copy(parameters, copy)
        }
    }

    private func has(
        _ format: SampleFormat, _ handle: OpaquePointer, _ parameters: OpaquePointer?
    ) -> Bool {
        let test = "snd_pcm_hw_params_test_format \(format.name)"
        do throws(ALSAError) {
            try step(test, format.name) {
                snd_pcm_hw_params_test_format(handle, parameters, format.code)
            }
            return true
        } catch {
            return false
        }
    }

    /// As many frames as last as long at the granted rate.
    private func scaled(_ frames: snd_pcm_uframes_t, _ granted: UInt32) -> snd_pcm_uframes_t {
        let wished = snd_pcm_uframes_t(clamping: max(1, request.rate))
        return (frames * snd_pcm_uframes_t(granted) + wished / 2) / wished
    }

    private func settleSoftware(_ handle: OpaquePointer, _ grant: PCMGrant) throws(ALSAError) {
        var allocated: OpaquePointer?
        try step("snd_pcm_sw_params_malloc", "memory") { snd_pcm_sw_params_malloc(&allocated) }
        let parameters = allocated
        defer { snd_pcm_sw_params_free(parameters) }

        let start = request.direction == .capture ? 1 : snd_pcm_uframes_t(grant.startFrames)
        try step("snd_pcm_sw_params_current", "to tell its thresholds") {
            snd_pcm_sw_params_current(handle, parameters)
        }
        try step("snd_pcm_sw_params_set_start_threshold", "a start threshold") {
            snd_pcm_sw_params_set_start_threshold(handle, parameters, start)
        }
        try step("snd_pcm_sw_params_set_avail_min", "a wake-up a period") {
            snd_pcm_sw_params_set_avail_min(
                handle, parameters, snd_pcm_uframes_t(grant.periodFrames))
        }
        try step("snd_pcm_sw_params", "its thresholds") { snd_pcm_sw_params(handle, parameters) }
    }

    private func step(
        _ call: String, _ what: @autoclosure () -> String, _ body: () -> Int32
    ) throws(ALSAError) {
        let device = request.device
        try ALSAError.check(
            call, or: { .refused(device: device, what: what(), code: $0) }, body)
    }

    /// Whether sound hardware or a sound server sits at the end of the chain of plugins.
    ///
    /// Only the dump of a configured PCM tells what a `file` or `plug` PCM stands on.
    private static func hasClock(_ handle: OpaquePointer) -> Bool {
        var output: OpaquePointer?
        guard snd_output_buffer_open(&output) == 0 else {
            return snd_pcm_type(handle) != SND_PCM_TYPE_NULL
        }
        defer { snd_output_close(output) }
        snd_pcm_dump(handle, output)
        var text: UnsafeMutablePointer<CChar>?
        let count = snd_output_buffer_string(output, &text)
        guard let text else { return snd_pcm_type(handle) != SND_PCM_TYPE_NULL }
        let bytes = UnsafeRawBufferPointer(start: text, count: count)
        return !String(decoding: bytes, as: UTF8.self).contains("Null PCM")
    }
}
