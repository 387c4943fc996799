package import ModelTypes

/// The session with a voice service, as the conversation uses it.
///
/// Every method is called on the session's executor (the event loop's thread) and returns at once;
/// none may block. The session reports with `SessionEvent`, even from within a call.
package protocol SessionPort: Sendable {
    /// The rates of the samples both ways; the same for the life of the session.
    var rates: SessionRates { get }
    /// Connects, or retries at once while it waits for its next attempt; does nothing when
    /// connected.
    func connect()
    /// Begins the user's activity; only with manual detection.
    func beginActivity()
    /// Sends mono samples at the input rate, or holds them in order while there is no connection.
    func sendAudio(_ samples: [Int16])
    /// Ends the user's activity; only with manual detection. Returns the number of the answer that is
    /// due to it, nil where nothing was said.
    func endActivity() -> AnswerNumber?
    /// Says that the microphone pauses; only with automatic detection. Returns the number of the
    /// answer that is due to what was said, nil where nothing was.
    func endAudioStream() -> AnswerNumber?
    /// Says that the words whose end is sent next need no answer: no speech was heard in them, or
    /// the user wants none.
    func expectNoReply()
    /// Discards input that is held and not sent, and the activity it belongs to, as if never begun.
    func discardInput()
    /// Sends words as text, which the model answers. Returns the answer's number, nil where they
    /// cannot be sent.
    func sendText(_ text: String) -> AnswerNumber?
    /// Answers calls of the model by the ids of `SessionEvent.toolCalls`; each call is answered
    /// once. Responses that are no longer awaited are dropped.
    func sendToolResponses(_ responses: [FunctionResponse])
}

/// The session with a voice service, as the device that owns it uses it.
///
/// A second service is one more type that conforms to this, and one line where the device makes
/// its session.
package protocol VoiceService: SessionPort {
    /// Whether input is sent at once.
    var isReady: Bool { get }
    /// Whether there is no connection and none is wanted.
    var isIdle: Bool { get }
    /// Closes for good; `closed` follows.
    func disconnect()
    /// Closes once nothing is going on, as after a long silence: `asleep` follows.
    func endConversation()
    /// Changes the instruction or the tools, for this connection and later ones; nil leaves them
    /// unchanged.
    func updateContext(instruction: String?, tools: [FunctionDeclaration]?)
}
