import Daemon
import Linux
import Live
import ModelTypes
import VoiceSession
import WebSockets
import WireCodec

/// One measured conversation; everything but `perform` runs on the loop's thread.
final class LiveRun: @unchecked Sendable {
    // @unchecked: used on the loop only; `perform` hands over to it and waits for the end.

    /// Without a pace, the socket counts as full when this much waits to be written (bytes).
    private static let fullBytes = 64 << 10
    /// The longest time for an answer beyond the audio's own length.
    private static let patience: Int64 = 30_000_000_000
    /// How long to wait for another turn, if one was complete before the audio's end.
    private static let grace: Int64 = 2_000_000_000

    private let loop: EventLoop
    private let source: ChunkSource
    private let pace: Pace
    private let verifies: Bool
    private let done: EventFD
    /// Fires when a chunk is due: setting a timer of the loop again for each chunk would cost a
    /// call each.
    private let ticks: TimerFD
    private var tickWatch: LoopWatch?
    private let endpoint: LiveEndpoint

    private var transport: CountingTransport?
    private var session: LiveSession?
    private var timer: LoopTimer?
    private var patience: LoopTimer?
    private var nextChunk = 0
    private var hasEnded = false
    private var failure: String?

    private var connectAt: Int64 = 0
    private var readyAt: Int64?
    private var lastChunkAt: Int64?
    private var firstAudioAt: Int64?
    private var endedAt: Int64 = 0
    private var usageAtReady = ResourceUsage.current()
    private var usageAtEnd = ResourceUsage.current()
    private var samplesReceived = 0
    private var toolCalls = 0
    private var turnsCompleted = 0
    private var crc = CRC32()

    init(
        url: String, authorityFile: String?, source: ChunkSource, pace: Pace, verifies: Bool
    ) throws {
        loop = try EventLoop()
        done = try EventFD()
        ticks = try TimerFD()
        self.source = source
        self.pace = pace
        self.verifies = verifies
        endpoint = LiveEndpoint(
            base: url, certificateAuthorityFile: authorityFile)
    }

    /// Connects, streams, and returns the figures; throws the reason for an early end.
    func perform() throws -> JSONValue {
        loop.perform { [self] in start() }
        _ = done.wait(timeoutMilliseconds: -1)
        loop.stop()
        if let failure { throw BenchError(failure) }
        return result()
    }

    // MARK: - On the loop

    private func start() {
        var settings = SessionSettings(endpoint: endpoint, model: "gemini-3.8-live")
        settings.activity = .automatic(SessionSettings.Detection())
        settings.isResumable = false
        settings.compression = nil
        settings.inputTranscription = nil
        settings.outputTranscription = nil
        settings.tools = [
            FunctionDeclaration(name: "get_time", description: "The time of day.")
        ]
        let transport = CountingTransport(loop: loop) { [unowned self] in drained() }
        let session = LiveSession(
            executor: loop, transport: transport, settings: settings,
            credential: .fixed(.key(Secret("test-key"))), alarm: EventLoopAlarm(loop: loop)
        ) { [unowned self] in take($0) }
        self.transport = transport
        self.session = session
        connectAt = MonotonicClock.now()
        let limit = connectAt + Int64(source.seconds * 1e9) + Self.patience
        patience = loop.schedule(at: limit) { [unowned self] in
            end("no turnComplete within \(Self.patience / 1_000_000_000) s after the audio")
        }
        session.assumeIsolated { $0.connect() }
    }

    private func take(_ event: SessionEvent) {
        switch event {
        case .ready:
            readyAt = MonotonicClock.now()
            usageAtReady = ResourceUsage.current()
            // The session flushes held items when this returns; after that it takes audio.
            loop.perform { [self] in stream() }
        case .audio(let samples, _): takeAudio(samples)
        case .toolCalls(let calls, _): answer(calls)
        case .turnComplete:
            turnsCompleted += 1
            if lastChunkAt != nil { end(nil) }
        case .offline(let reason, _): end("\(reason)")
        case .failed(let failure): end("\(failure)")
        case .answerFailed: end("an answer could not be used")
        case .closed: done.signal()
        case .connecting, .inputTranscript, .outputTranscript, .interrupted, .generationComplete,
            .toolCallsCancelled, .notice, .asleep, .text, .grounding, .voiceActivity, .usage:
            break
        }
    }

    private func takeAudio(_ samples: [Int16]) {
        if lastChunkAt != nil, firstAudioAt == nil { firstAudioAt = MonotonicClock.now() }
        samplesReceived += samples.count
        if verifies { crc.update(samples) }
    }

    private func answer(_ calls: [FunctionCall]) {
        toolCalls += calls.count
        let responses = calls.map {
            FunctionResponse(id: $0.id, name: $0.name, response: ["result": "12:00"])
        }
        session?.assumeIsolated { $0.sendToolResponses(responses) }
    }

    // MARK: - The stream

    private func stream() {
        switch pace {
        case .rt: startTicks()
        case .flat: sendWhileTaken()
        }
    }

    private func startTicks() {
        guard let readyAt else { return }
        do {
            tickWatch = try loop.watch(ticks.descriptor) { [unowned self] in sendDueChunks() }
        } catch {
            return end("\(error)")
        }
        // Counted from the start and not from the last chunk, so that errors do not accumulate.
        ticks.arm(at: readyAt + source.chunkNanoseconds, every: source.chunkNanoseconds)
    }

    private func sendDueChunks() {
        guard ticks.drain(), let readyAt, lastChunkAt == nil else { return }
        let now = MonotonicClock.now()
        while nextChunk < source.chunkCount {
            guard readyAt + Int64(nextChunk + 1) * source.chunkNanoseconds <= now else { return }
            sendChunk()
        }
        tickWatch?.cancel()
        tickWatch = nil
        endStream()
    }

    private func drained() {
        if pace == .flat, readyAt != nil { sendWhileTaken() }
    }

    private func sendWhileTaken() {
        guard let transport, lastChunkAt == nil else { return }
        while nextChunk < source.chunkCount {
            guard transport.pendingBytes < Self.fullBytes else { return }
            sendChunk()
        }
        endStream()
    }

    private func sendChunk() {
        let chunk = source.chunk(nextChunk)
        nextChunk += 1
        session?.isolated(by: loop) { $0.sendAudio(chunk) }
    }

    private func endStream() {
        lastChunkAt = MonotonicClock.now()
        session?.assumeIsolated { _ = $0.endAudioStream() }
        guard turnsCompleted > 0 else { return }
        timer = loop.schedule(at: MonotonicClock.now() + Self.grace) { [unowned self] in end(nil) }
    }

    private func end(_ reason: String?) {
        guard !hasEnded else { return }
        hasEnded = true
        failure = reason
        endedAt = MonotonicClock.now()
        usageAtEnd = ResourceUsage.current()
        timer?.cancel()
        patience?.cancel()
        tickWatch?.cancel()
        // Not during an event of the session.
        loop.perform { [self] in
            session?.assumeIsolated { session in
                if session.isIdle { done.signal() } else { session.disconnect() }
            }
        }
    }

    // MARK: - The figures

    private func result() -> JSONValue {
        let user = usageAtEnd.userSeconds - usageAtReady.userSeconds
        let system = usageAtEnd.systemSeconds - usageAtReady.systemSeconds
        let whole = ResourceUsage.current()
        var members: JSONObject = [
            "client": "martlet",
            "stream_cpu_s": .double(user + system),
            "connect_to_setup_ms": milliseconds(connectAt, readyAt),
            "end_to_first_audio_ms": milliseconds(lastChunkAt, firstAudioAt),
        ]
        if verifies { members["recv_crc"] = .int(Int64(crc.value)) }
        members["wall_s"] = .double(Double(endedAt - connectAt) / 1e9)
        members["cpu_user_s"] = .double(whole.userSeconds)
        members["cpu_sys_s"] = .double(whole.systemSeconds)
        members["max_rss_kb"] = .int(Int64(whole.maximumResidentKiB))
        members["msgs_sent"] = .int(Int64(transport?.messagesSent ?? 0))
        members["msgs_recv"] = .int(Int64(transport?.messagesReceived ?? 0))
        members["bytes_sent"] = .int(Int64(transport?.bytesSent ?? 0))
        members["bytes_recv"] = .int(Int64(transport?.bytesReceived ?? 0))
        members["audio_sent_s"] = .double(source.seconds)
        members["audio_recv_s"] = .double(Double(samplesReceived) / 24_000)
        members["tool_calls"] = .int(Int64(toolCalls))
        return .object(members)
    }

    /// The time between two moments; null if one of them never came.
    private func milliseconds(_ start: Int64?, _ end: Int64?) -> JSONValue {
        guard let start, let end else { return .null }
        return .double(Double(end - start) / 1e6)
    }
}
