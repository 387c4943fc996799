private import CALSA
private import Glibc

/// A PCM on the way from opened to configured; closes it when a step fails.
struct PCMNegotiation: ~Copyable {
    private let request: PCMRequest
    private var handle: OpaquePointer?
    /// What the device refused and what it granted instead, in words; nil if it refused nothing.
    private(set) var concession: String?

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

    /// Takes over a handle that is open.
    init(_ request: PCMRequest, adopting handle: OpaquePointer) {
        self.request = request
        self.handle = handle
    }

    deinit {
        if let handle { snd_pcm_close(handle) }
    }

    /// The configured handle, which the caller owns from now on.
    consuming func takeHandle() -> OpaquePointer {
        guard let taken = handle.take() else { preconditionFailure("a handle was taken twice") }
        return taken
    }

    /// Settles configuration and thresholds.
    ///
    /// The corresponding C functions are `snd_pcm_hw_params` and `snd_pcm_sw_params`.
    mutating func settle() throws(ALSAError) -> PCMGrant {
        guard let handle else { preconditionFailure("negotiation after the handle was taken") }
        let grant = try PCMHardware(request: request, handle: handle).settle(&concession)
        try settleSoftware(handle, grant)
        try step("snd_pcm_prepare", "to be prepared") { snd_pcm_prepare(handle) }
        return grant
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
}
