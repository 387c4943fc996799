package import WireCodec

/// What the simulated model hears and says, turn after turn, and what goes wrong meanwhile.
package struct Scenario: Sendable {
    /// One answer of the model.
    package struct Turn: Sendable {
        /// The transcription of what it claims to have heard.
        package var heard: String
        /// Functions that it calls before it answers.
        package var calls: [Call] = []
        /// Whether each call comes in a separate message.
        package var callsApart = false
        /// What it says before it calls, and the sound of it: mono, 24 kHz.
        package var filler = ""
        package var fillerVoice: [Int16] = []
        /// A thought, which some models send as text.
        package var thought = ""
        /// Messages that come before the answer, such as one with grounding metadata.
        package var extras: [JSONValue] = []
        /// Why the turn is complete, such as `RESPONSE_REJECTED`; nil for the usual end.
        package var completeReason: String?
        /// What it says; fragments of the text are sent along with the sound.
        package var says: String
        /// The sound of it: mono, 24 kHz; none is an answer without sound.
        package var voice: [Int16]

        /// The only function, or the first one, that it calls.
        package var call: Call? { calls.first }

        /// A turn; `voice` is mono at 24 kHz.
        package init(heard: String, call: Call? = nil, says: String, voice: [Int16]) {
            self.heard = heard
            self.calls = call.map { [$0] } ?? []
            self.says = says
            self.voice = voice
        }
    }

    /// A call of a function.
    package struct Call: Sendable, Equatable {
        package var name: String
        package var arguments: JSONValue

        /// A call of this function; `arguments` is an object.
        package init(name: String, arguments: JSONValue) {
            self.name = name
            self.arguments = arguments
        }
    }

    /// The answers in order; after the last one the first follows.
    package var turns: [Turn]
    /// What goes wrong, and when.
    package var faults: [TimedFault] = []
    /// The key that is accepted.
    package var key: String
    /// The access token that is accepted on Vertex's path.
    package var bearer = "test-bearer"
    /// The known ephemeral tokens, with times counted from the start of the service.
    package var tokens: [EphemeralToken] = []
    /// The known models, without the prefix of their names.
    package var models: [String]
    /// How much faster than real time the sound is sent.
    package var speed: Double
    /// Sound in one message (milliseconds).
    package var chunkMilliseconds: Int
    /// Whether the end of a turn waits until its sound has been heard, as the service does.
    package var waitsForPlayback: Bool
    /// Whether a new session continues where the last one ended, instead of at the first turn.
    package var goesOnAcrossSessions = false
    /// Whether the session is closed for what the real service silently ignores, to find a client's
    /// mistakes: audio outside of an activity, and content in the middle of the user's words.
    package var isStrict = true
    /// How frames are written.
    package var framing = Framing()
    /// How long one connection lasts; nil: no limit.
    package var connectionLifetime: Duration?
    /// How long before a connection's end it is announced; zero for an end without warning.
    package var goAwayLead = Duration.seconds(50)
    /// How long a handle is valid after its session's last connection.
    package var handleLifetime = Duration.seconds(7200)
    /// How many connections may have a session at a time.
    package var sessionLimit = 64
    /// The context that a session without compression must not outgrow (tokens).
    package var contextLimitTokens = 131_072
    /// For load tests: this much sound (seconds) is sent back for each second of input, without
    /// turns.
    package var echoSecondsPerSecond: Double?
    /// For load tests: `get_time` is called after each such number of seconds of input.
    package var callEverySeconds: Double?

    /// A scenario of these turns, taken in order.
    package init(turns: [Turn]) {
        self.turns = turns
        key = "test-key"
        models = ModelProfile.known.map(\.name)
        speed = 4
        chunkMilliseconds = 200
        waitsForPlayback = true
    }
}

/// How the service writes its messages.
package struct Framing: Sendable, Equatable {
    /// Text frames instead of the binary ones that the service really sends.
    package var isText = false
    /// Minified JSON instead of the pretty-printed JSON of the service.
    package var isMinified = false

    /// As the service writes: binary frames with pretty-printed JSON and a line end.
    package init() {}

    /// The payload of a message's frame.
    package func bytes(of message: JSONValue) -> [UInt8] {
        if isMinified { return Array(message.serialized.utf8) }
        return Array(message.prettyText().utf8) + [UInt8(ascii: "\n")]
    }
}
