internal import Assistant
internal import Linux
internal import ModelTypes
internal import Opus
private import Synchronization
package import VoiceSession

/// Keeps turns as Ogg Opus files if the owner wants that: the user's words, and the reply.
///
/// ## Concurrency
/// An actor with a thread of its own, since it writes files; samples are handed to it in order,
/// without waiting.
package actor TurnRecorder {
    /// Bits per second: speech that can be understood well.
    private static let bitsPerSecond: Int32 = 24_000
    /// A turn is not recorded beyond this (bytes); some ten minutes.
    private static let fileLimitBytes = 2 << 20
    /// Recordings that are too old are looked for this often (seconds), even if nobody speaks.
    private static let tidySeconds: Int64 = 3600
    private static let dayNanoseconds: Int64 = 86_400_000_000_000

    private enum Item: Sendable {
        case words([Int16])
        case wordsEnded
        case reply([Int16])
        case replyEnded
        case flush(CheckedContinuation<Void, Never>)
    }

    private let thread = DiskThread(name: "recordings")
    private let directory: String
    private let rates: SessionRates
    private let limitBytes: Int
    private let limitDays: Int
    private let now: @Sendable () -> Int64
    private let log: Log
    private let items: AsyncStream<Item>.Continuation
    private let tidying = Mutex<Task<Void, Never>?>(nil)
    private var words: Recording?
    private var reply: Recording?
    private var count: UInt32 = 0

    /// A recorder of a session with these rates; creates the folder.
    ///
    /// Recordings beyond `limitMegabytes` in all or older than `limitDays` are removed, the oldest
    /// first. `now` is the time of day (nanoseconds since 1970).
    package init(
        directory: String, rates: SessionRates, limitMegabytes: Int, limitDays: Int, log: Log,
        now: @escaping @Sendable () -> Int64
    ) throws {
        self.directory = directory
        self.rates = rates
        limitBytes = limitMegabytes << 20
        self.limitDays = limitDays
        self.now = now
        self.log = log
        try Files.makeDirectory(directory, mode: 0o700)
        // Twenty seconds of samples; a disk that is slower than that loses some.
        let (stream, continuation) = AsyncStream<Item>.makeStream(
            bufferingPolicy: .bufferingNewest(1000))
        items = continuation
        Task { [weak self] in
            for await item in stream { await self?.take(item) }
        }
        tidying.withLock {
            $0 = Task { [weak self] in
                while await self?.tidy() != nil {
                    try? await Task.sleep(for: .seconds(Self.tidySeconds))
                }
            }
        }
    }

    deinit {
        // Otherwise both tasks would wait for ever.
        items.finish()
        tidying.withLock { $0?.cancel() }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    /// Ends both recordings, and returns when everything handed over is on the disk.
    package nonisolated func finish() async {
        items.yield(.wordsEnded)
        items.yield(.replyEnded)
        await withCheckedContinuation { _ = items.yield(.flush($0)) }
    }

    /// Samples of the user's words: mono, at the session's input rate.
    package nonisolated func hear(_ samples: [Int16]) { items.yield(.words(samples)) }

    /// The user's words have ended.
    package nonisolated func endWords() { items.yield(.wordsEnded) }

    /// Samples of the reply: mono, at the session's output rate.
    package nonisolated func say(_ samples: [Int16]) { items.yield(.reply(samples)) }

    /// The reply has ended or was interrupted.
    package nonisolated func endReply() { items.yield(.replyEnded) }

    private func take(_ item: Item) {
        do {
            switch item {
            case .words(let samples):
                if words == nil { words = try begin("words", rate: rates.input) }
                try words?.append(samples)
            case .wordsEnded:
                try finish(&words)
            case .reply(let samples):
                if reply == nil { reply = try begin("reply", rate: rates.output) }
                try reply?.append(samples)
            case .replyEnded:
                try finish(&reply)
            case .flush(let done):
                done.resume()
            }
        } catch {
            log(.error, "a recording failed: \(error)")
        }
    }

    private func begin(_ kind: String, rate: Int) throws -> Recording {
        count += 1
        return try Recording(kind: kind, rate: Int32(rate), serial: count)
    }

    private func finish(_ recording: inout Recording?) throws {
        guard let finished = recording else { return }
        recording = nil
        let time = name(of: now())
        let path = "\(directory)/\(time)-\(count)-\(finished.kind).opus"
        try Files.replace(path, try finished.finish(), mode: 0o600)
        try makeRoom()
    }

    private func name(of time: Int64) -> String {
        WallClock.localTime(at: time).iso8601.replacingColons
    }

    /// Removes recordings that are too old or beyond the limit of size.
    package func tidy() {
        do {
            try makeRoom()
        } catch {
            log(.error, "old recordings cannot be removed: \(error)")
        }
    }

    /// Removes files that are too old, then the oldest beyond the size limit; names begin with the
    /// time.
    private func makeRoom() throws {
        let all = try Files.list(directory)
        // A file that a loss of power left half-written.
        for name in all where name.contains(".opus.") { try Files.remove("\(directory)/\(name)") }
        var names = all.filter { $0.hasSuffix(".opus") }.sorted()
        let oldest = name(of: now() - Int64(limitDays) * Self.dayNanoseconds)
        while let first = names.first, first < oldest {
            try Files.remove("\(directory)/\(first)")
            names.removeFirst()
        }
        var sizes = names.map { Files.size("\(directory)/\($0)") }
        var total = sizes.reduce(0, +)
        for name in names where total > limitBytes {
            try Files.remove("\(directory)/\(name)")
            total -= sizes.removeFirst()
        }
    }

    /// One file that is being written.
    private final class Recording {
        let kind: String
        private let writer: OggOpusWriter
        private var bytes: [UInt8]

        init(kind: String, rate: Int32, serial: UInt32) throws {
            self.kind = kind
            writer = try OggOpusWriter(
                rate: rate, bitsPerSecond: TurnRecorder.bitsPerSecond, serial: serial)
            bytes = writer.header()
        }

        func append(_ samples: [Int16]) throws {
            guard bytes.count < TurnRecorder.fileLimitBytes else { return }
            bytes += try writer.append(samples)
        }

        func finish() throws -> [UInt8] { bytes + (try writer.finish()) }
    }
}

extension String {
    /// Colons are trouble in file names.
    fileprivate var replacingColons: String { String(map { $0 == ":" ? "-" : $0 }) }
}

/// The session, with the user's words recorded on their way.
struct RecordedSession: SessionPort {
    let session: any SessionPort
    let recorder: TurnRecorder

    var rates: SessionRates { session.rates }
    func connect() { session.connect() }
    func beginActivity() { session.beginActivity() }
    func sendAudio(_ samples: [Int16]) {
        recorder.hear(samples)
        session.sendAudio(samples)
    }
    func endActivity() -> AnswerNumber? {
        recorder.endWords()
        return session.endActivity()
    }
    func endAudioStream() -> AnswerNumber? {
        recorder.endWords()
        return session.endAudioStream()
    }
    func expectNoReply() { session.expectNoReply() }
    func discardInput() { session.discardInput() }
    func sendText(_ text: String) -> AnswerNumber? { session.sendText(text) }
    func sendToolResponses(_ responses: [FunctionResponse]) {
        session.sendToolResponses(responses)
    }
}

/// The speaker, with the reply recorded on its way.
struct RecordedSpeaker: SpeakerPort {
    let speaker: any SpeakerPort
    let recorder: TurnRecorder

    func play(_ samples: [Int16]) {
        recorder.say(samples)
        speaker.play(samples)
    }
    func endOfTurn() {
        recorder.endReply()
        speaker.endOfTurn()
    }
    func flush() {
        recorder.endReply()
        speaker.flush()
    }
    func hold() { speaker.hold() }
    func resume() { speaker.resume() }
    var pendingFrames: Int { speaker.pendingFrames }
}
