package import Live
package import ModelTypes

/// The Live session as the assistant sees it; both live on the event loop's thread.
package struct LiveSessionPort: SessionPort {
    private let session: LiveSession

    /// The assistant's side of a session that has the assistant's executor.
    package init(_ session: LiveSession) {
        self.session = session
    }

    /// Connects, or tries at once.
    package func connect() { session.assumeIsolated { $0.connect() } }

    /// Begins the user's activity.
    package func beginActivity() { session.assumeIsolated { $0.beginActivity() } }

    /// Sends samples, or holds them.
    package func sendAudio(_ samples: [Int16]) { session.assumeIsolated { $0.sendAudio(samples) } }

    /// Ends the user's activity.
    package func endActivity() { session.assumeIsolated { $0.endActivity() } }

    /// Says that the microphone pauses.
    package func endAudioStream() { session.assumeIsolated { $0.endAudioStream() } }

    /// Says that no answer to the words that end next is missed.
    package func expectNoReply() { session.assumeIsolated { $0.expectNoReply() } }

    /// Forgets what is held.
    package func discardInput() { session.assumeIsolated { $0.discardInput() } }

    /// Says words without sound.
    package func sendText(_ text: String) { session.assumeIsolated { $0.sendText(text) } }

    /// Answers calls of the model.
    package func sendToolResponses(_ responses: [FunctionResponse]) {
        session.assumeIsolated { $0.sendToolResponses(responses) }
    }
}
