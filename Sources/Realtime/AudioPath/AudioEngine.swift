internal import AudioCore
internal import Linux
internal import SignalProcessing
internal import Synchronization

/// The audio path: four or five threads from the microphone to Control and from Control to the
/// speaker.
///
///     card --> capture (real-time) --> ring --> processing --> samples, speech --> Control
///     card <-- playback (real-time) <-- ring <-- feed <-- Speaker <----------- Control
///     card <-- music (real-time) <----- ring <--/    where music has a card of its own
///
/// Whatever Control does meanwhile, sound that was given to the speaker is played to its end, and a
/// looped sound goes on.
///
/// A device that is missing, busy or unplugged stops nothing: opening it is retried, at once first
/// and then less often, and its loss is reported once.
///
/// ## Concurrency
/// `start` and `stop` are called by one thread; `gate`, `speaker` and `status` document their own
/// callers. `onMicrophone` is called on the processing thread.
package final class AudioEngine: Sendable {
    private let settings: AudioSettings
    private let stopFlag = StopFlag()
    private let threads = Mutex<[OwnedThread]>([])
    private let captureWake: EventFD
    private let demand: MicrophoneDemand
    private let microphone: MicrophonePath
    private let output: SpeakerPath
    private let musicOutput: SpeakerPath?

    /// The microphone's gate.
    package let gate: MicrophoneGate
    /// The speaker's writing end.
    package let speaker: Speaker

    /// Creates an engine that does not run yet.
    package init(
        _ settings: AudioSettings, onMicrophone: @escaping @Sendable (MicrophoneEvent) -> Void
    ) throws {
        self.settings = settings
        captureWake = try EventFD()
        demand = try MicrophoneDemand()
        gate = MicrophoneGate(wake: captureWake, demand: demand)
        let ends = try PlaybackEnds(settings: settings)
        speaker = ends.speaker
        output = SpeakerPath(settings: settings, port: ends.takePort())
        musicOutput =
            if let own = settings.ofMusicOutput, let port = ends.takeMusicPort() {
                SpeakerPath(settings: own, port: port)
            } else {
                nil
            }
        microphone = MicrophonePath(
            settings: settings, wake: captureWake, gate: gate, demand: demand, reference: ends.echo,
            onEvent: onMicrophone)
    }

    /// Starts the threads.
    package func start() throws {
        // Creating the thread shows whether the priority is granted. The thread has it only while
        // its loop runs: opening a device, reading a file or setting a mixer may take long, and
        // threads that a plugin starts must not inherit real-time priority.
        let priority = settings.priority
        let capture = try OwnedThread(name: "capture", priority: priority) { [self] in
            ThreadPriority.normal.take()
            microphone.captureThread(until: stopFlag)
        }
        let processing = try OwnedThread(name: "processing", priority: .normal) { [self] in
            microphone.processingThread(until: stopFlag)
        }
        let playback = try OwnedThread(name: "playback", priority: priority) { [self] in
            ThreadPriority.normal.take()
            output.run(until: stopFlag)
        }
        let feed = try OwnedThread(name: "feed", priority: .normal) { [self] in
            while !stopFlag.isSet {
                _ = speaker.share.refillSignal.wait(timeoutMilliseconds: -1)
                speaker.refill()
            }
        }
        var started = [capture, processing, playback, feed]
        if let musicOutput {
            started.append(
                try OwnedThread(name: "music", priority: priority) { [self] in
                    ThreadPriority.normal.take()
                    musicOutput.run(until: stopFlag)
                })
        }
        threads.withLock { $0 = started }
    }

    /// Stops the threads and closes the devices; within a quarter of a second.
    package func stop() {
        stopFlag.raise()
        captureWake.signal()
        demand.signal.signal()
        speaker.share.wake.signal()
        speaker.share.refillSignal.signal()
        output.wake()
        musicOutput?.wake()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    /// The state of the devices; any thread may ask.
    package func status() -> AudioStatus {
        AudioStatus(
            capture: microphone.status, playback: output.status, music: musicOutput?.status,
            isRealTime: threads.withLock { $0.first?.isRealTime ?? false },
            microphone: microphone.levels, echo: microphone.echo)
    }
}
