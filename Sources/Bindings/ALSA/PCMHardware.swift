private import CALSA
private import Glibc

/// Settles the configuration of an open PCM: rate, format, channels, sizes.
///
/// The full request is tried first. If a device refuses it, less is requested, until it agrees or
/// nothing is left; a device with any usable configuration is used.
struct PCMHardware {
    let request: PCMRequest
    let handle: OpaquePointer

    /// A device that was removed, or that another program took, is not asked again.
    private static let finalCodes = [ENODEV, ENXIO, EBUSY]

    /// Settles the configuration; `concession` becomes the difference to the request, in words, if
    /// there is any.
    ///
    /// Throws the refusal of the full request when every attempt was refused. The corresponding C
    /// function is `snd_pcm_hw_params`.
    func settle(_ concession: inout String?) throws(ALSAError) -> PCMGrant {
        var allocated: OpaquePointer?
        try step("snd_pcm_hw_params_malloc", "memory") { snd_pcm_hw_params_malloc(&allocated) }
        guard let parameters = allocated else { preconditionFailure("parameters made as nothing") }
        defer { snd_pcm_hw_params_free(parameters) }
        var refusal: ALSAError?
        for attempt in PCMAttempt.all(for: request) {
            do throws(ALSAError) {
                let grant = try ask(attempt, parameters)
                if let refusal, let given = attempt.concession(to: request) {
                    concession = "\(refusal.reason); it works with \(given)"
                }
                return grant
            } catch {
                refusal = refusal ?? error
                guard case .refused(_, _, let code) = error, !Self.finalCodes.contains(code)
                else { break }
            }
        }
        throw refusal ?? .refused(device: request.device, what: "everything", code: EINVAL)
    }

    private func ask(
        _ attempt: PCMAttempt, _ parameters: OpaquePointer
    ) throws(ALSAError) -> PCMGrant {
        try step("snd_pcm_hw_params_any", "every configuration") {
            snd_pcm_hw_params_any(handle, parameters)
        }
        // ALSA's own converter is linear; ours converts better than a plugin would. Devices without
        // this switch have nothing to switch off.
        _ = snd_pcm_hw_params_set_rate_resample(handle, parameters, 0)
        try step("snd_pcm_hw_params_set_access", "interleaved access") {
            snd_pcm_hw_params_set_access(handle, parameters, SND_PCM_ACCESS_RW_INTERLEAVED)
        }
        let format = try settleFormat(attempt.formats, parameters)
        if var channels = attempt.channels.map({ UInt32(clamping: $0) }) {
            try step("snd_pcm_hw_params_set_channels_near", "\(channels) channels") {
                snd_pcm_hw_params_set_channels_near(handle, parameters, &channels)
            }
        }
        let rate = try settleRate(attempt.rate, parameters)
        try settleSizes(attempt, rate, parameters)
        var said: [String] = []
        try step(
            "snd_pcm_hw_params",
            "\(rate) Hz with \(attempt.channels.map { "\($0) channels" } ?? "its channels")"
                + (said.first.map { " (ALSA: \($0))" } ?? "")
        ) {
            let answer = ALSALog.listening { snd_pcm_hw_params(handle, parameters) }
            said = ALSAExplanation(answer.said).messages
            return answer.result
        }
        return try grant(rate, format, parameters)
    }

    private func settleFormat(
        _ formats: [SampleFormat], _ parameters: OpaquePointer
    ) throws(ALSAError) -> SampleFormat {
        // The first format that it has; if it has none, requesting one reports that.
        let found = formats.first { has($0, parameters) }
        if found == nil, formats.count > 1 {
            let digital = SND_PCM_FORMAT_IEC958_SUBFRAME_LE
            if snd_pcm_hw_params_test_format(handle, parameters, digital) == 0 {
                throw .digitalOnly(device: request.device)
            }
        }
        let format = found ?? formats[0]
        let what = formats.count > 1 ? "samples of 16 to 32 bits" : "samples as \(format.name)"
        try step("snd_pcm_hw_params_set_format", what) {
            snd_pcm_hw_params_set_format(handle, parameters, format.code)
        }
        return format
    }

    private func has(_ format: SampleFormat, _ parameters: OpaquePointer) -> Bool {
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

    /// Takes the rate, or the nearest to it.
    private func settleRate(
        _ wished: Int32, _ parameters: OpaquePointer
    ) throws(ALSAError) -> UInt32 {
        var rate = UInt32(clamping: wished)
        // A lower rate would remove the upper part of speech, so only higher ones are allowed; a
        // device that has none keeps its rates.
        var least = rate
        _ = snd_pcm_hw_params_set_rate_min(handle, parameters, &least, nil)
        try step("snd_pcm_hw_params_set_rate_near", "\(wished) Hz") {
            snd_pcm_hw_params_set_rate_near(handle, parameters, &rate, nil)
        }
        return rate
    }

    private func settleSizes(
        _ attempt: PCMAttempt, _ rate: UInt32, _ parameters: OpaquePointer
    ) throws(ALSAError) {
        // The request counts frames at the requested rate, but means times.
        var period = scaled(request.periodFrames, rate)
        var buffer = scaled(request.bufferFrames, rate)
        preferWholePeriods(parameters)
        if attempt.hasPeriod {
            try step("snd_pcm_hw_params_set_period_size_near", "\(period) frame periods") {
                snd_pcm_hw_params_set_period_size_near(handle, parameters, &period, nil)
            }
        } else {
            // By itself ALSA takes the shortest period, which may be a millisecond.
            var least = scaled(Self.leastPeriodMilliseconds, rate)
            prefer(parameters) { snd_pcm_hw_params_set_period_size_min(handle, $0, &least, nil) }
        }
        if attempt.hasBuffer {
            try step("snd_pcm_hw_params_set_buffer_size_near", "\(buffer) frame buffer") {
                snd_pcm_hw_params_set_buffer_size_near(handle, parameters, &buffer)
            }
        } else {
            // By itself ALSA takes the largest buffer, as much memory as a device can name.
            var most = scaled(Self.mostBufferMilliseconds, rate)
            prefer(parameters) { snd_pcm_hw_params_set_buffer_size_max(handle, $0, &most) }
            most = Self.mostBufferFrames
            try step("snd_pcm_hw_params_set_buffer_size_max", "less than \(most) frames") {
                snd_pcm_hw_params_set_buffer_size_max(handle, parameters, &most)
            }
        }
    }

    /// The limits to prefer if a device chooses its own sizes (milliseconds).
    private static let leastPeriodMilliseconds: Int64 = 10
    private static let mostBufferMilliseconds: Int64 = 500
    /// Five seconds at 192 kHz; a device that must hold more is not meant for speech (frames).
    private static let mostBufferFrames: snd_pcm_uframes_t = 1 << 20

    private func scaled(_ milliseconds: Int64, _ rate: UInt32) -> snd_pcm_uframes_t {
        snd_pcm_uframes_t(clamping: max(1, Int64(rate) * milliseconds / 1000))
    }

    /// Reads the settled configuration.
    private func grant(
        _ rate: UInt32, _ format: SampleFormat, _ parameters: OpaquePointer
    ) throws(ALSAError) -> PCMGrant {
        var channels: UInt32 = 0
        var (period, buffer): (snd_pcm_uframes_t, snd_pcm_uframes_t) = (0, 0)
        try step("snd_pcm_hw_params_get_channels", "to tell its channels") {
            snd_pcm_hw_params_get_channels(parameters, &channels)
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
                code: EINVAL)
        }
        let chain = Self.chain(handle)
        return PCMGrant(
            rate: Int32(clamping: rate), channels: Int32(clamping: channels),
            periodFrames: Int32(clamping: period), bufferFrames: Int32(clamping: buffer),
            hasClock: chain.hasClock, format: format,
            isBatch: snd_pcm_hw_params_is_batch(parameters) == 1, server: chain.server,
            rewinds: chain.rewinds)
    }

    /// With fewer there is no time to write one while another is heard.
    private static let leastPeriods: snd_pcm_uframes_t = 2

    /// Prefers a buffer of at least two periods, and of a whole number of them.
    private func preferWholePeriods(_ parameters: OpaquePointer) {
        var least = UInt32(Self.leastPeriods)
        prefer(parameters) { snd_pcm_hw_params_set_periods_min(handle, $0, &least, nil) }
        prefer(parameters) { snd_pcm_hw_params_set_periods_integer(handle, $0) }
    }

    /// Narrows the remaining configurations, unless none would be left.
    ///
    /// It is tried on a copy, since a call that fails may have narrowed it.
    private func prefer(_ parameters: OpaquePointer, _ narrow: (OpaquePointer) -> Int32) {
        var allocated: OpaquePointer?
        guard snd_pcm_hw_params_malloc(&allocated) == 0, let copy = allocated else { return }
        defer { snd_pcm_hw_params_free(copy) }
        snd_pcm_hw_params_copy(copy, parameters)
        if narrow(copy) == 0 { snd_pcm_hw_params_copy(parameters, copy) }
    }

    /// The number of frames that last as long at the granted rate.
    private func scaled(_ frames: Int32, _ granted: UInt32) -> snd_pcm_uframes_t {
        let wished = snd_pcm_uframes_t(clamping: max(1, request.rate))
        let frames = snd_pcm_uframes_t(clamping: frames)
        return (frames * snd_pcm_uframes_t(granted) + wished / 2) / wished
    }

    private func step(
        _ call: String, _ what: @autoclosure () -> String, _ body: () -> Int32
    ) throws(ALSAError) {
        let device = request.device
        try ALSAError.check(
            call, or: { .refused(device: device, what: what(), code: $0) }, body)
    }

    /// Finds the end of the chain of plugins: hardware or a server, which keep time, or nothing;
    /// and whether written frames can be taken back from it.
    ///
    /// Only the dump of a configured PCM shows what is below a `file` or `plug` PCM.
    private static func chain(
        _ handle: OpaquePointer
    ) -> (hasClock: Bool, server: SoundServer?, rewinds: Bool) {
        let type = snd_pcm_type(handle)
        let name = String(cString: snd_pcm_name(handle))
        let isCard =
            type == SND_PCM_TYPE_HW || type == SND_PCM_TYPE_PLUG && name.hasPrefix("plughw:")
        var output: OpaquePointer?
        let plain = (type != SND_PCM_TYPE_NULL, SoundServer?.none, isCard)
        guard snd_output_buffer_open(&output) == 0 else { return plain }
        defer { snd_output_close(output) }
        snd_pcm_dump(handle, output)
        var text: UnsafeMutablePointer<CChar>?
        let count = snd_output_buffer_string(output, &text)
        guard let text else { return plain }
        let dump = String(
            decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
        return (
            !dump.contains("Null PCM"), SoundServer(dump: dump),
            isCard || dump.contains("Direct Stream Mixing PCM")
        )
    }
}
