package import Configuration
package import WireCodec

/// Why a question has no answer.
package enum SetupEnd: Error, Sendable, Equatable {
    /// A signal, such as that of Ctrl-C.
    case interrupted
    /// The input has ended.
    case inputEnded
}

/// Why something could not be done; the text says what to do about it.
package struct SetupFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    /// A reason in words.
    package init(_ description: String) { self.description = description }
}

/// Who is asked.
package protocol SetupTerminal: AnyObject {
    /// Shows a text, which ends with its own line end where it wants one.
    func say(_ text: String)
    /// Asks for a line; a hidden one is not shown as it is typed.
    func ask(_ prompt: String, isHidden: Bool) throws(SetupEnd) -> String
    /// Lets time pass; returns true, before its end, when Enter was pressed.
    func pause(milliseconds: Int) throws(SetupEnd) -> Bool
}

/// A microphone or a loudspeaker.
package struct SoundChoice: Sendable, Equatable {
    /// As the settings name it.
    package let name: String
    /// The card's id; nil: it has none.
    package let card: String?
    /// What people call it.
    package let words: String
    /// Whether it ends in a screen, which is mostly off or mute.
    package let isScreen: Bool

    /// Describes a device.
    package init(name: String, card: String?, words: String, isScreen: Bool) {
        self.name = name
        self.card = card
        self.words = words
        self.isScreen = isScreen
    }
}

/// A microphone with a loudspeaker.
package struct SoundPair: Sendable, Equatable {
    package let capture: String
    package let playback: String

    /// Both by the names of the settings.
    package init(capture: String, playback: String) {
        self.capture = capture
        self.playback = playback
    }
}

/// The sound devices of the machine.
package protocol SetupSounds: AnyObject {
    var microphones: [SoundChoice] { get }
    var loudspeakers: [SoundChoice] { get }
    /// Why there are none, or not all; nil: nothing is wrong.
    var trouble: String? { get }
    /// Who holds a card now, in words.
    var holders: [String] { get }
    /// Plays a short sound and listens; throws why the devices cannot be used.
    ///
    /// `pause` lets milliseconds pass, and ends the listening by what it throws.
    func hear(
        _ pair: SoundPair, _ levels: SoundLevels, _ settings: Settings,
        pause: (Int) throws -> Void
    ) throws -> HeardSound
}

/// A line that has moved.
package struct LineEdge: Sendable, Equatable {
    /// Its place among the names that are watched.
    package let line: Int
    package let level: Bool
    /// Nanoseconds, on the clock of the watch.
    package let time: Int64

    /// Puts an edge together.
    package init(line: Int, level: Bool, time: Int64) {
        self.line = line
        self.level = level
        self.time = time
    }
}

/// Lines that are watched until the object goes.
package protocol LineWatch: AnyObject {
    /// The level of each line that could be taken, by its place among the names.
    var levels: [Int: Bool] { get }
    /// Why the others could not be.
    var refusals: [String] { get }
    var now: Int64 { get }
    /// The moves since the last call; never waits.
    func edges() -> [LineEdge]
}

/// What holds a line that nobody drives here.
package enum LineRest: Sendable, Equatable {
    /// Nothing but a resistor of the chip moves it.
    case loose
    /// Something outside does, at this level.
    case held(high: Bool)
}

/// The lines and lights of the machine.
package protocol SetupLines: AnyObject {
    /// All lines, with what holds them, other settings among that.
    func lines(_ settings: Settings) -> [BoardLine]
    /// Why there are none; nil: nothing is wrong.
    var trouble: String? { get }
    /// Watches lines as inputs with a pull-up.
    func watch(_ names: [String]) -> any LineWatch
    /// What holds a line, found by its resistors; it is not driven.
    func rest(_ name: String) throws -> LineRest
    /// Drives a line within `body`, which switches it: true is the supply voltage; as it was before
    /// at the end.
    func drive(_ name: String, _ body: ((Bool) throws -> Void) throws -> Void) throws
    /// The kernel's lights.
    var lights: [String] { get }
    /// The same for one of these.
    func drive(light name: String, _ body: ((Bool) throws -> Void) throws -> Void) throws
}

/// What the service says of a key.
package enum KeyVerdict: Sendable, Equatable {
    case works(String)
    case refused(String)
    /// It could not be asked.
    case unreachable(String)
}

/// A server that was found in the network.
package struct FoundServer: Sendable, Equatable {
    package let name: String
    package let host: String
    package let port: Int

    /// Describes a server.
    package init(name: String, host: String, port: Int) {
        self.name = name
        self.host = host
        self.port = port
    }
}

/// What is asked over the network.
package protocol SetupFarEnds: AnyObject {
    /// Connects to the service with a key; nothing is said.
    func check(_ key: Secret, _ settings: Settings) -> KeyVerdict
    /// The brokers that announce themselves here; throws why nobody could look.
    func brokers() throws -> [FoundServer]
    /// Connects to the broker of the settings; throws why it does not let the device in.
    func tryBroker(_ settings: Settings, password: Secret?) throws -> String
}

/// The daemon under systemd.
package protocol SetupDaemon: AnyObject {
    /// Whether there is one that reads what is set up here.
    var isInstalled: Bool { get }
    var isRunning: Bool { get }
    func stop() throws
    /// Starts it, anew where it runs, and waits until it is ready; returns what it says of itself.
    func start() throws -> String
    /// The lines of the journal on turns since the start.
    func turns() -> [String]
}

/// What would be written.
package struct SetupProposal: Sendable, Equatable {
    /// The file with the settings, and what stands in it then.
    package let file: String
    package let text: String
    /// What else is to be known, such as where a secret goes.
    package let notes: [String]

    /// Puts a proposal together.
    package init(file: String, text: String, notes: [String]) {
        self.file = file
        self.text = text
        self.notes = notes
    }
}

/// The settings and secrets on the disk.
package protocol SetupStore: AnyObject {
    /// What counts now.
    func settings() throws -> Settings
    /// Where the key comes from now, in words; nil: there is none.
    func keySource(_ settings: Settings) -> String?
    /// What a draft would write; throws the mistakes that the whole would have with it.
    func proposal(_ draft: SetupDraft) throws -> SetupProposal
    /// Writes a draft: all of it, or nothing where it throws.
    func write(_ draft: SetupDraft) throws
}

/// All that set-up deals with.
package struct SetupWorld {
    package let terminal: any SetupTerminal
    package let sounds: any SetupSounds
    package let lines: any SetupLines
    package let farEnds: any SetupFarEnds
    package let daemon: any SetupDaemon
    package let store: any SetupStore

    /// Puts a world together.
    package init(
        terminal: any SetupTerminal, sounds: any SetupSounds, lines: any SetupLines,
        farEnds: any SetupFarEnds, daemon: any SetupDaemon, store: any SetupStore
    ) {
        self.terminal = terminal
        self.sounds = sounds
        self.lines = lines
        self.farEnds = farEnds
        self.daemon = daemon
        self.store = store
    }
}
