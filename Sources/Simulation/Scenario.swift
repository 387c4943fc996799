package import ModelTypes

/// What the simulated model hears and says, turn after turn.
package struct Scenario: Sendable {
    /// One answer of the model.
    package struct Turn: Sendable {
        /// What it claims to have heard.
        package var heard: String
        /// A function that it calls before it answers.
        package var call: Call?
        /// What it says; fragments of it are sent beside the sound.
        package var says: String
        /// The sound of it: mono, 24 kHz; none is an answer without sound.
        package var voice: [Int16]

        /// A turn; `voice` is mono at 24 kHz.
        package init(heard: String, call: Call? = nil, says: String, voice: [Int16]) {
            self.heard = heard
            self.call = call
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

    /// The answers in order; after the last one it begins again.
    package var turns: [Turn]
    /// The key that is taken.
    package var key: String
    /// The models there are, without `models/`.
    package var models: [String]
    /// How much faster than real time the sound is sent.
    package var speed: Double
    /// Sound in one message (milliseconds).
    package var chunkMilliseconds: Int
    /// Whether the end of a turn waits until its sound has been heard, as the service does.
    package var waitsForPlayback: Bool
    /// Whether a new session goes on where the last one was, instead of at the first turn.
    package var goesOnAcrossSessions = false
    /// For load: so much sound is sent back for each second of input, without turns.
    package var echoSecondsPerSecond: Double?
    /// For load: the function `get_time` is called after so many seconds of input.
    package var callEverySeconds: Double?

    /// A scenario of these turns, taken in order.
    package init(turns: [Turn]) {
        self.turns = turns
        key = "test-key"
        models = ["gemini-3.8-live", "gemini-3.1-flash-live-preview"]
        speed = 4
        chunkMilliseconds = 200
        waitsForPlayback = true
    }
}
