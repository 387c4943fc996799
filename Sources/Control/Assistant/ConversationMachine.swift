package import VoiceSession

/// The conversation: which turn is open, whose words are sent, which reply is heard.
///
/// A value: events and their times go in, actions come out; it has no clock, device or socket. It
/// guarantees that every turn is closed exactly once, that an activity begins with its first
/// samples and is ended exactly once, that nothing of an interrupted reply is played, and that it
/// returns to idle when all events stop, because every wait has a deadline.
///
/// ## States
///
/// One enum, `Phase`, holds what goes on between the user and the model. Three things are
/// independent of it and are not phases: the mute switch, the link to the service, and the sound
/// devices. A reply continues under mute, and words are still taken while the link is down; as
/// phases each of them would need a copy of every other phase and a memory of where to return to.
/// The user sees `muted` and `offline` as states when nothing else goes on, and as part of every
/// `Indication`.
///
/// | Phase     | Event                             | Next      | What is done                     |
/// |-----------|-----------------------------------|-----------|----------------------------------|
/// | idle      | press, onset (hands-free)         | listening | gate opened in the past          |
/// | idle      | listening is requested            | listening | the same, sounded                |
/// | idle      | press while offline               | listening | the same, earcon, words kept     |
/// | idle      | press while refused               | listening | the same, the service is asked   |
/// | idle      | press muted, without microphone   | idle      | earcon                           |
/// | any       | press while an alarm rings        | the same  | the alarm is dismissed           |
/// | idle      | audio, tool call                  | speaking, thinking | the model speaks unasked |
/// | idle      | something is to be announced      | thinking  | the model is asked to say it     |
/// | listening | release, tap, end of speech, limit | thinking | gate closed; end sent at its mark |
/// | listening | release too soon                  | idle      | the same; its reply is not heard |
/// | listening | tap or request, nobody speaks     | idle      | the same, earcon                 |
/// | listening | audio (manual detection)          | listening | dropped: it answers older words  |
/// | listening | audio (automatic detection)       | speaking  | the service found the end        |
/// | listening | mute, microphone lost             | thinking  | gate closed                      |
/// | thinking  | audio                             | speaking  | played                           |
/// | thinking  | press (hold), onset               | listening | a further turn                   |
/// | thinking  | press (tap)                       | idle      | its reply is not heard           |
/// | thinking  | press muted, without microphone   | thinking  | earcon (not in tap mode)         |
/// | thinking  | tool call                         | thinking  | run; the deadline waits          |
/// | thinking  | `turnComplete` without audio      | idle      | unless a tool runs; earcon       |
/// | thinking  | nothing came from the microphone  | idle      | no activity was begun; earcon    |
/// | thinking  | a call is answered as it was before | idle    | unless one waits: no earcon      |
/// | thinking  | deadline                          | idle      | earcon (not for mere noise)      |
/// | speaking  | press (hold)                      | listening | speaker flushed at once          |
/// | speaking  | press (tap, or muted)             | idle      | speaker flushed at once          |
/// | speaking  | onset (barge-in)                  | listening | speaker silenced, the rest held  |
/// | any, held | no words for a while              | speaking  | the rest is played               |
/// | any, held | words, `interrupted`, a new reply | the same  | the rest is forgotten            |
/// | speaking  | `interrupted`                     | listening or thinking | speaker flushed      |
/// | speaking  | `turnComplete` and drained        | idle      | neither alone; earcon if silent  |
/// | speaking  | drained while a tool runs         | thinking  |                                  |
/// | speaking  | connection lost                   | speaking  | what has come is played          |
/// | speaking  | no more comes, or is not played   | idle      | after the thinking time-out      |
/// | any       | no session within the patience    | idle      | held words dropped, earcon       |
/// | any       | service refuses                   | idle      | held words dropped, earcon       |
package struct ConversationMachine: ~Copyable {
    enum Phase: Equatable {
        case idle
        case listening
        case thinking(Thinking)
        case speaking(Speaking)
    }

    struct Thinking: Equatable {
        /// When the wait ends; it does not run while a tool does or the link is down.
        var until: Int64
        /// Opened by a voice, and the service gave no sign yet: probably a noise.
        var isDoubtful: Bool
        /// The service's turn is over, and one of its functions still ran.
        var isTurnOver = false
        /// A call started it, not the user's words.
        var isUnasked = false
    }

    struct Speaking: Equatable {
        /// The answer of the last audio that came.
        var answer: AnswerNumber
        /// When its first audio came.
        var since: Int64
        /// All of it has come.
        var isComplete = false
        /// The speaker knows that it is complete.
        var isEnded = false
        /// The speaker has played all there is.
        var isDrained = false
        /// When what has come should have been played, if it was played on arrival.
        var playedBy: Int64
        /// It resumed after an interruption in which no words were found yet.
        var isResumed = false
        /// A function was answered since: the next audio may belong to that answer.
        var isToolAnswerDue = false
        /// Some of it is loud enough to be heard.
        var isAudible = false
    }

    /// Asleep: closed after a long silence; the user's next words reconnect it.
    enum Link: Equatable { case down, up, asleep, refused }

    private(set) var settings: ConversationSettings
    var phase = Phase.idle
    let rates: SessionRates
    var uplink: Uplink
    var answers = HeardAnswers()
    /// A reply that may resume, while its interruption is examined.
    var held: Held?

    /// Muted by words, a press or a tool.
    var isMuted = false
    /// Muted by words, so a press ends it.
    var isMutedByWords = false
    /// Muted by the switch on the device.
    var isSwitchMuted = false
    /// Muted in any way.
    var isSilenced: Bool { isMuted || isSwitchMuted }
    /// When the last mute ended; nil when there was none.
    var mutedUntil: Int64?
    var isRinging = false
    var link = Link.down
    var hasMicrophone = true
    var hasSpeaker = true

    var turnCount = 0
    var calls = CallBook()
    /// A part of an answer came since the user's words, if only as text.
    var isAnswerShown = false
    /// A function succeeded since the user's words, and nothing was heard since.
    var isToolDone = false
    /// Until when words are kept for a session.
    var linkDeadline: Int64?
    /// There was a session since the start of the program.
    var wasOnline = false
    /// The line that says why there is no session.
    var lineOfOutage = Earcon.offline
    /// When each lasting fault was last reported in words.
    var spokenAt: [Earcon: Int64] = [:]
    /// Why there is no session, as last reported; nil while there is one.
    var reportedOutage: String?
    /// Since when the local detector hears speech.
    var speechSince: Int64?
    /// The start of the measurement of the first sound.
    var endOfWords: (at: Int64, kind: EndOfWords)?
    /// The start of the measurement of silence.
    var interruption: (at: Int64, cause: InterruptionCause)?

    private var actions: [ConversationAction] = []
    private var shown: Indication?

    /// A machine that is idle and offline, and that assumes both sound devices are present; `rates`
    /// are the session's.
    package init(settings: ConversationSettings, rates: SessionRates) {
        self.settings = settings
        self.rates = rates
        uplink = Uplink(rates: rates)
    }

    /// The state that the user sees.
    package var state: ConversationState {
        switch phase {
        case .idle: isSilenced ? .muted : isOffline ? .offline : .idle
        case .listening: .listening
        case .thinking: .thinking
        case .speaking: .speaking
        }
    }

    private var isOffline: Bool { link == .down || link == .refused }

    /// Whether an answer's present content is to be heard by the user.
    package func isHeard(_ answer: AnswerNumber) -> Bool {
        answers.isHeard(answer) && (settings.usesAutomaticDetection || !uplink.isBusy)
    }

    /// Applies other settings; returns false, and keeps the old ones, when they need another
    /// session.
    package mutating func apply(_ settings: ConversationSettings) -> Bool {
        guard settings.usesAutomaticDetection == self.settings.usesAutomaticDetection else {
            return false
        }
        self.settings = settings
        return true
    }

    /// The first event: shows the state.
    package mutating func start() -> [ConversationAction] { settle() }

    // MARK: - Actions

    mutating func emit(_ action: ConversationAction) {
        actions.append(action)
    }

    mutating func record(_ event: TimelineEvent) {
        actions.append(.record(event))
    }

    /// Ends every event: adds a change of the indication, and returns the actions.
    mutating func settle() -> [ConversationAction] {
        let now = Indication(
            state: state, isMuted: isSilenced, isOffline: isOffline,
            hasTrouble: !hasMicrophone || !hasSpeaker || link == .refused, isRinging: isRinging)
        if now != shown {
            if let before = shown?.state, before != now.state {
                record(.state(from: before, to: now.state))
            }
            emit(.show(now))
            shown = now
        }
        defer { actions = [] }
        return actions
    }
}
