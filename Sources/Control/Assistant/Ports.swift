package import ModelTypes
package import Tools

// What the assistant needs of the world, as it sees it. The daemon's audio bridge and its tests
// implement these; the assistant itself touches no device, socket or clock.
//
// Every method is called on the assistant's executor (the event loop's thread) and returns at
// once; none may block or call back synchronously. Times are nanoseconds of CLOCK_MONOTONIC, the
// clock that also stamps button edges.

/// An edge of the talk button.
package struct ButtonEvent: Sendable, Equatable {
    /// Whether the button went down.
    package var pressed: Bool
    /// When, by the kernel's stamp (nanoseconds, CLOCK_MONOTONIC).
    package var at: Int64

    /// An edge with its time.
    package init(pressed: Bool, at: Int64) {
        self.pressed = pressed
        self.at = at
    }
}

/// What comes from the microphone, in the order it was captured.
///
/// The bridge hops from the processing thread to the assistant's executor and keeps the order.
package enum MicrophoneSignal: Sendable, Equatable {
    /// Mono 16 kHz samples of the open segment; `first` counts samples since the engine started.
    case samples([Int16], first: Int64)
    /// The gate closed, and every sample up to the closing mark has been given.
    case segmentEnded(sample: Int64)
    /// The local voice detector heard speech begin at that sample and time.
    case speechStarted(sample: Int64, at: Int64)
    /// Speech ended; `at` is when the last of it was captured, before the hangover.
    case speechEnded(sample: Int64, at: Int64)
    /// The device is gone; the text says which and what to do.
    case lost(String)
    /// The device is back; the text says what was granted.
    case back(String)
}

/// What comes from the loudspeaker about speech (earcons are not reported).
package enum SpeakerSignal: Sendable, Equatable {
    /// The first sample of a reply was written to the device.
    case started(at: Int64)
    /// Everything enqueued has been played; said only while `pendingFrames` is zero.
    case drained(at: Int64)
    /// After `flush`: the device gives digital silence.
    case silent(at: Int64)
    /// The device is gone; the text says which and what to do.
    case lost(String)
    /// The device is back; the text says what was granted.
    case back(String)
}

/// The microphone's gate: marks points in captured time between which samples are given.
package protocol MicrophonePort: Sendable {
    /// Opens the gate at a time in the past, less the pre-roll.
    func open(at nanoseconds: Int64, preRollMilliseconds: Int)
    /// Opens the gate at a sample where speech began, less the pre-roll.
    func openAtSpeech(sample: Int64, preRollMilliseconds: Int)
    /// Closes the gate at a time; samples up to it still come, then `segmentEnded`.
    func close(at nanoseconds: Int64)
}

/// The loudspeaker's speech voice: mono 16-bit samples at 24 kHz.
package protocol SpeakerPort: Sendable {
    /// Adds samples to the reply; never drops any.
    func play(_ samples: [Int16])
    /// Says that the reply is whole, so that a prebuffer need not wait for more.
    func endOfTurn()
    /// Silences the reply at once; nothing enqueued before this call is played after it.
    func flush()
    /// Silences the reply at once and keeps what was not heard of it; what is played meanwhile
    /// waits behind it. `flush` forgets it all.
    func hold()
    /// Plays on what was kept, from a little before where it was silenced.
    func resume()
    /// Frames enqueued and not yet played.
    var pendingFrames: Int { get }
}

/// A short sound or spoken line of the device's own.
package enum Earcon: String, Sendable, CaseIterable {
    /// The microphone is open.
    case listening
    /// The words were taken and the answer is being made.
    case done
    /// Something failed; the timeline says what.
    case error
    /// There is no connection; what is said now is kept for a while.
    case offline
    /// The microphone is muted, so a press does nothing.
    case muted
    /// There is no microphone.
    case noMicrophone
    /// The service refuses this device (a wrong key, an unknown model).
    case refused
}

/// Plays the device's own sounds.
package protocol EarconPort: Sendable {
    /// Plays a sound beside the reply's voice.
    func play(_ earcon: Earcon)
}

/// What the light shows.
package struct Indication: Sendable, Equatable {
    /// The conversation's state.
    package var state: ConversationState
    /// The microphone is muted, whatever the state.
    package var isMuted: Bool
    /// There is no session, whatever the state.
    package var isOffline: Bool
    /// The microphone or the speaker is gone, or the service refuses this device.
    package var hasTrouble: Bool
    /// An alarm rings, whatever the state.
    package var isRinging: Bool

    /// What is to be shown.
    package init(
        state: ConversationState, isMuted: Bool, isOffline: Bool, hasTrouble: Bool,
        isRinging: Bool = false
    ) {
        self.state = state
        self.isMuted = isMuted
        self.isOffline = isOffline
        self.hasTrouble = hasTrouble
        self.isRinging = isRinging
    }
}

/// Shows the state by light.
package protocol IndicatorPort: Sendable {
    /// Shows a state until the next call.
    func show(_ indication: Indication)
}

/// Takes what happens, for people, logs and tests.
package protocol TimelinePort: Sendable {
    /// Takes one entry; entries come in order.
    func record(_ entry: TimelineEntry)
}

/// The session with the service.
package protocol SessionPort: Sendable {
    /// Connects, or tries at once when it waits for its next attempt; nothing when it is connected.
    func connect()
    /// Begins the user's activity; only with manual detection.
    func beginActivity()
    /// Sends mono 16 kHz samples, or holds them in order while there is no connection.
    func sendAudio(_ samples: [Int16])
    /// Ends the user's activity; only with manual detection.
    func endActivity()
    /// Says that the microphone pauses; only with automatic detection.
    func endAudioStream()
    /// Forgets what is held and not sent, and the activity it belongs to, as if never begun.
    func discardInput()
    /// Answers calls of the model.
    func sendToolResponses(_ responses: [FunctionResponse])
}

/// The tools.
package protocol ToolPort: Sendable {
    /// A conversation begins in which nothing of an earlier one counts, call ids neither.
    func conversationBegan()
    /// Runs a call elsewhere; `done` is called once, on the assistant's executor, and never from
    /// within this call.
    func run(_ call: FunctionCall, _ done: @escaping @Sendable (ToolOutcome) -> Void)
    /// Takes calls back by their ids.
    func cancel(_ identifiers: [String])
}
