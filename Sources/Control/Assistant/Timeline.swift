/// One thing that happened, with its time.
package struct TimelineEntry: Sendable, Equatable {
    /// When (nanoseconds, CLOCK_MONOTONIC).
    package var at: Int64
    /// What.
    package var event: TimelineEvent

    /// An entry with its time.
    package init(at: Int64, event: TimelineEvent) {
        self.at = at
        self.event = event
    }
}

/// What a timeline reports: states, words both ways, tools, and the latencies that users notice.
///
/// Transcripts and tool arguments are the user's own words: code that stores them must decide
/// whether that is wanted.
package enum TimelineEvent: Sendable, Equatable {
    /// The state changed.
    case state(from: ConversationState, to: ConversationState)
    /// A turn was opened; turns count from 1.
    case turnOpened(Int, by: TurnOpener)
    /// The session has the turn's last words, or the turn was empty or abandoned.
    case turnClosed(Int, TurnOutcome)
    /// A fragment of what the user was heard to say; may start with a space.
    case heard(String)
    /// A fragment of what the model says; may start with a space.
    case said(String)
    /// The model calls a function; the arguments are JSON.
    case toolCalled(id: String, name: String, arguments: String)
    /// A function has answered (JSON), at this time after its call.
    case toolAnswered(id: String, name: String, response: String, milliseconds: Double)
    /// A function has failed, in words for the model, at this time after its call.
    case toolFailed(id: String, name: String, reason: String, milliseconds: Double)
    /// The call was cancelled by the service or given up, so no answer is sent.
    case toolCancelled(id: String)
    /// The first sound of the reply was written, at this time after the end of the words.
    case firstSound(milliseconds: Double, after: EndOfWords)
    /// Playback was interrupted.
    case interrupted(by: InterruptionCause)
    /// The speaker is silent, at this time after the interruption.
    case silence(milliseconds: Double, after: InterruptionCause)
    /// The interruption had no words, so the reply resumes.
    case resumed
    /// The reply has been played to its end.
    case replyPlayed
    /// The session is ready; `resumed` when it knows what was said before.
    case online(resumed: Bool)
    /// The session is lost; it reconnects by itself.
    case offline(String)
    /// The service refuses this device; the text says why and what to do.
    case refused(String)
    /// The microphone was muted or unmuted.
    case muted(Bool)
    /// A sound device was lost; the text says which and what to do.
    case soundLost(SoundDirection, String)
    /// A sound device is back.
    case soundBack(SoundDirection, String)
    /// Anything else worth a line.
    case notice(String)
}

/// Who opened a turn.
package enum TurnOpener: Sendable, Equatable {
    case button, voice
    /// A remote request, in a message.
    case request
}

/// How a turn was closed.
package enum TurnOutcome: Sendable, Equatable {
    /// All of its words went to the session.
    case sent
    /// The microphone gave no samples, so nothing was sent to the session.
    case empty
    /// It was given up: no session came in time, or the service refuses this device.
    case abandoned
}

/// What ended the user's words.
package enum EndOfWords: Sendable, Equatable {
    /// The button's edge.
    case release
    /// The end of speech as the local detector heard it.
    case speech
    /// A limit or a lost microphone.
    case cut
}

/// What interrupted the reply.
package enum InterruptionCause: Sendable, Equatable {
    case button, voice, server
}

/// The direction of sound.
package enum SoundDirection: Sendable, Equatable {
    case capture, playback
}
