package import VoiceSession

/// The conversation: which turn is open, whose words go up, which reply is heard.
///
/// A value: events and their times go in, actions come out; no clock, device or socket inside.
/// It guarantees that every turn opened is closed exactly once, that an activity begins with its
/// first samples and is ended exactly once, that nothing of an interrupted reply is played, and
/// that it comes back to idle when the world falls silent, since every wait has a deadline.
///
/// ## States
///
/// There is one enum, `Phase`: what goes on between the user and the model. Three things hold
/// beside it and are not phases: the mute switch, the link to the service, and the sound devices.
/// A reply goes on under mute, and words go on being taken while the link is down; as phases
/// each would need a copy of every other and a memory of where to go back to. The user sees
/// `muted` and `offline` as states when nothing else goes on, and as part of every `Indication`.
///
/// | Phase     | Event                             | Next      | What is done                     |
/// |-----------|-----------------------------------|-----------|----------------------------------|
/// | idle      | press, onset (hands-free)         | listening | gate opened in the past          |
/// | idle      | listening is asked for            | listening | the same, sounded                |
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
/// | thinking  | a call is answered as it was before | idle    | unless somebody waits: no earcon |
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
/// | speaking  | no more comes, or is not played   | idle      | the same time after its end      |
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
        /// Opened by a voice, and the service gave no sign yet: most likely a noise.
        var isDoubtful: Bool
        /// The service's turn is over, and a function of it still ran.
        var isTurnOver = false
        /// A call began it, and nobody's words did.
        var isUnasked = false
    }

    struct Speaking: Equatable {
        /// The answer of which audio came last.
        var answer: AnswerNumber
        /// When its first audio came.
        var since: Int64
        /// All of it has come.
        var isComplete = false
        /// The speaker knows that it is complete.
        var isEnded = false
        /// The speaker has played all there is.
        var isDrained = false
        /// When what has come should have been played, if it was played since it came.
        var playedBy: Int64
        /// It went on after an interruption in which no words were found so far.
        var isResumed = false
        /// A function has been answered since: what comes next may be of that.
        var isToolAnswerDue = false
        /// Some of it is loud enough to be heard.
        var isAudible = false
    }

    /// Asleep: closed because nothing was said for long, and back with the next word.
    enum Link: Equatable { case down, up, asleep, refused }

    private(set) var settings: ConversationSettings
    var phase = Phase.idle
    let rates: SessionRates
    var uplink: Uplink
    var answers = HeardAnswers()
    /// A reply that may go on, while what interrupted it is listened to.
    var held: Held?

    /// Muted by a word, a press or a tool.
    var isMuted = false
    /// It was words that muted, so a press ends it.
    var isMutedByWords = false
    /// Muted by the switch on the device.
    var isSwitchMuted = false
    /// Muted, whoever did it.
    var isSilenced: Bool { isMuted || isSwitchMuted }
    /// When it was muted last; nil when it never was.
    var mutedUntil: Int64?
    var isRinging = false
    var link = Link.down
    var hasMicrophone = true
    var hasSpeaker = true

    var turnCount = 0
    var calls = CallBook()
    /// Something of an answer came since the user's words, if only in writing.
    var isAnswerShown = false
    /// A function has done its work since the user's words, and nothing was heard since.
    var isToolDone = false
    /// Words are kept for a session until then.
    var linkDeadline: Int64?
    /// There was a session since the start.
    var wasOnline = false
    /// The line that says why there is no session.
    var lineOfOutage = Earcon.offline
    /// When each trouble that lasts was last reported in words.
    var spokenAt: [Earcon: Int64] = [:]
    /// Why there is no session, as last reported; nil while there is one.
    var reportedOutage: String?
    /// The local detector hears speech since then.
    var speechSince: Int64?
    /// What the first sound is measured from.
    var endOfWords: (at: Int64, kind: EndOfWords)?
    /// What silence is measured from.
    var interruption: (at: Int64, cause: InterruptionCause)?

    private var actions: [ConversationAction] = []
    private var shown: Indication?

    /// A machine that is idle and offline, with both sound devices taken to be there; `rates` are
    /// those of the session.
    package init(settings: ConversationSettings, rates: SessionRates) {
        self.settings = settings
        self.rates = rates
        uplink = Uplink(rates: rates)
    }

    /// What the user sees.
    package var state: ConversationState {
        switch phase {
        case .idle: isSilenced ? .muted : isOffline ? .offline : .idle
        case .listening: .listening
        case .thinking: .thinking
        case .speaking: .speaking
        }
    }

    private var isOffline: Bool { link == .down || link == .refused }

    /// Whether what the service says in an answer now is for the user's ears.
    package func isHeard(_ answer: AnswerNumber) -> Bool {
        answers.isHeard(answer) && (settings.usesAutomaticDetection || !uplink.isBusy)
    }

    /// Takes other settings; returns false, and keeps the old, when they need another session.
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

    /// Ends every event: adds what changed for the eye, and hands the actions out.
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
