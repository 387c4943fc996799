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
/// What was given to the speaker is played to its end, and a loop goes on, whatever Control does
/// meanwhile.
///
/// A device that is missing, busy or unplugged ends nothing: it is opened again and again, at once
/// first and then less often, and said to be lost once.
///
/// ## Concurrency
/// `start` and `stop` by one thread; `gate`, `speaker` and `status` say who may use them.
/// `onMicrophone` is called on the processing thread.
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

    /// An engine that stands still.
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
        // Whether it is granted is known with the thread. It has it only while its loop runs: to
        // open a device, read a file or set a mixer may take its time, and a plugin that starts
        // threads of its own shall not make them real-time threads.
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
                _ = speaker.share.hunger.wait(timeoutMilliseconds: -1)
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
        speaker.share.hunger.signal()
        output.wake()
        musicOutput?.wake()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    /// What the devices do now; by any thread.
    package func status() -> AudioStatus {
        AudioStatus(
            capture: microphone.status, playback: output.status, music: musicOutput?.status,
            isRealTime: threads.withLock { $0.first?.isRealTime ?? false },
            microphone: microphone.levels, echo: microphone.echo)
    }
}
