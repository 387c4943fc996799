package import WireCodec

/// An action that a simulated session requests for its connection.
package enum ServerAction: Sendable {
    /// Send a message, as the scenario's `framing` writes it.
    case send(JSONValue)
    /// Send these bytes as they are.
    case sendRaw([UInt8])
    /// Close with a code and a text of at most 123 bytes.
    case close(code: UInt16, reason: String)
    /// End the connection with RST.
    case reset
    /// End the connection with FIN and without a close frame.
    case drop
    /// Stop or resume reading; what the client sends meanwhile waits in the connection.
    case read(Bool)
    /// Stop answering pings, or resume and answer those that arrived.
    case answerPings(Bool)
    /// Report an event to tests and people.
    case tell(ServerEvent)
}

/// An event of a simulated session, for tests and for the demonstration.
package enum ServerEvent: Sendable {
    /// A setup was accepted; the whole message.
    case setUp(JSONValue, resumed: Bool)
    /// The user's words began and ended; all samples between.
    case wordsBegan
    case wordsEnded([Int16])
    /// The first sound of a connection came.
    case soundCame
    /// Audio outside of an activity arrived, and was ignored.
    case ignoredAudio(samples: Int)
    /// Text came as realtime input.
    case text(String)
    /// Turns came as content; `isHistory` when they only fill the context.
    case content(JSONValue, isHistory: Bool)
    /// The instruction or the tools were changed.
    case contextUpdated(JSONValue)
    case called(name: String, id: String)
    /// Calls were cancelled.
    case cancelled(ids: [String])
    /// The client answered a call.
    case answered(JSONValue)
    /// The client answered a call that is not open (any more).
    case answeredInVain(JSONValue)
    /// An answer of the model began; its turn's index in the scenario.
    case answerBegan(turn: Int)
    /// Generation was cut.
    case interrupted
    case turnCompleted
    /// A fault of the scenario happened.
    case faulted(Fault)
    /// The client broke a rule and was closed.
    case refused(code: UInt16, reason: String)
    /// The service closed for a reason of its own.
    case closed(code: UInt16, reason: String)
}
