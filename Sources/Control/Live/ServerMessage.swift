package import ModelTypes
package import VoiceSession
internal import WireCodec

/// One message of the service, read key by key (live-protocol.md section 4).
///
/// A frame may hold several kinds at once, and unknown ones appear every few weeks, so every key is
/// read on its own: one of a wrong type becomes a notice, an unknown one is ignored.
package struct ServerMessage: Sendable, Equatable {
    package var isSetupComplete = false
    /// The session's name; only Vertex gives one.
    package var sessionID: String?
    /// The consent to a replicated voice, for later sessions.
    package var consentSignature: String?
    package var isInterrupted = false
    /// Model audio: mono, 24 kHz.
    package var audio: [Int16] = []
    /// The message has sound in a format that cannot be played.
    package var hasUnplayableAudio = false
    /// Text of the answer, for models that output text.
    package var texts: [String] = []
    /// Summaries of the model's thoughts, which are not for the user.
    package var thoughts: [String] = []
    /// A thought came, of any kind.
    package var isThinking = false
    package var inputTranscript: Transcript?
    package var outputTranscript: Transcript?
    /// A preview of the whole utterance, which replaces the one before.
    package var interimInputTranscript: Transcript?
    package var isGenerationComplete = false
    package var isTurnComplete = false
    package var turnCompleteReason: String?
    /// The model waits on purpose, because it expects the user to continue.
    package var isWaitingForInput = false
    package var interactionStatus: InteractionStatus?
    package var grounding: Grounding?
    package var toolCalls: [FunctionCall] = []
    /// Calls that must not be carried out, because their arguments could not all be read.
    package var unreadableCalls: [FunctionCall] = []
    package var cancelledCalls: [String] = []
    /// The connection is about to be closed.
    package var goAway: GoAway?
    package var resumption: Resumption?
    /// An error instead of any other content.
    package var error: ServiceError?
    package var usage: Usage?
    package var voiceActivity: VoiceActivity?
    /// What could not be understood.
    package var notices: [String] = []

    /// A fragment of a transcript; may start with a space.
    package struct Transcript: Sendable, Equatable {
        package var text: String
        package var isFinished = false
        /// BCP 47, where the service reports it.
        package var language: String?
        package var speaker: String?
        /// When it was said, in the audio of the session (nanoseconds), and its words, from the
        /// models that report them.
        package var start: Int64?
        package var end: Int64?
        package var words: [Word] = []

        /// One word and its time.
        package struct Word: Sendable, Equatable {
            package var text: String
            package var start: Int64?
            package var end: Int64?
        }
    }

    /// Whether an interaction of several turns continues; from the content or beside it.
    package enum InteractionStatus: Sendable, Equatable {
        case inProgress, idle
    }

    /// The state of a session's handle.
    package struct Resumption: Sendable, Equatable {
        /// The newest handle; nil while the session cannot be resumed.
        package var handle: String?
        /// All our messages up to this one are in the handle; only with transparent resumption.
        package var consumedIndex: Int64?
    }

    /// The announcement of an end.
    package struct GoAway: Sendable, Equatable {
        /// Nanoseconds until then, at most a day; nil where the service does not say, or in an
        /// unreadable form.
        package var timeLeft: Int64?
    }

    /// A message without content.
    package init() {}

    /// Whether the message carries any part of an answer.
    var hasAnswer: Bool {
        !audio.isEmpty || !texts.isEmpty || outputTranscript != nil || !toolCalls.isEmpty
    }

    /// Whether the message's only part of an answer is calls.
    var isOfCalls: Bool {
        !toolCalls.isEmpty && audio.isEmpty && texts.isEmpty && outputTranscript == nil
    }

    /// Whether the message shows that the service works on an answer, though none of it comes.
    var showsWork: Bool {
        !thoughts.isEmpty || isThinking || inputTranscript != nil
            || interactionStatus == .inProgress
    }

    /// Reads a frame of either kind: one with nothing but audio without a JSON tree.
    ///
    /// `reply` holds what earlier frames left of a sample and of a conversion.
    package static func read(_ frame: [UInt8], _ reply: inout ReplyAudio) -> ServerMessage {
        var message = ServerMessage()
        if reply.isPlain, AudioMessage.decode(frame, appendingTo: &message.audio) {
            return message
        }
        return ServerMessage(frame, &reply)
    }

    /// Reads a standalone frame.
    package static func read(_ frame: [UInt8]) -> ServerMessage {
        var reply = ReplyAudio()
        return read(frame, &reply)
    }
}
