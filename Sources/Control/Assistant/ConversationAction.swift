package import ModelTypes
package import Tools

/// What the machine requests, in order.
package enum ConversationAction: Sendable, Equatable {
    /// Open the microphone's gate at that time minus the pre-roll.
    case openMicrophone(at: Int64)
    /// Open the microphone's gate at the onset of speech minus the pre-roll.
    case openMicrophoneAtSpeech(sample: Int64)
    /// Close the microphone's gate at that time.
    case closeMicrophone(at: Int64)
    /// Report the beginning of the user's words to the session, where it needs that.
    case beginWords
    /// Send samples of the user's words.
    case sendAudio([Int16])
    /// Report the end of the user's words to the session, which returns the number of their answer.
    case endWords(isReplyWanted: Bool)
    /// Report to the session that the words that end next need no answer.
    case expectNoReply
    /// Have the session discard the input that it holds unsent, and the activity it belongs to.
    case discardInput
    /// Connect now instead of after the back-off.
    case connect
    /// Play samples of the reply.
    case play([Int16])
    /// Silence the reply at once, and discard it.
    case flushSpeaker
    /// Silence the reply at once, and keep the part that was not heard.
    case holdSpeaker
    /// Resume the part that was kept.
    case resumeSpeaker
    /// The reply is complete.
    case endReply
    /// Run these calls of a conversation.
    case runTools([FunctionCall], conversation: Int)
    /// Have these calls of a conversation answered without being run: the user took the request
    /// back.
    case refuseTools([FunctionCall], conversation: Int)
    /// Stop these calls and do not answer them.
    case cancelTools([CallKey])
    /// Send the answer to a call.
    case answerTool(FunctionResponse)
    /// Play an earcon.
    case sound(Earcon)
    /// Silence the ringing alarm.
    case dismissAlarm
    /// Report the text that came instead of sound.
    case tellText
    /// Show a state by light.
    case show(Indication)
    /// Report to the timeline.
    case record(TimelineEvent)
}

/// What a press did before it was known whether the button would be held.
package enum TouchUse: Sendable, Equatable {
    /// Nothing: there was nothing to stop.
    case nothing
    /// It stopped the answer, or ended the turn of a tap.
    case stopped
    /// It dismissed an alarm.
    case dismissed
    /// Nothing yet: the user is being asked a question, and a short press means yes.
    case asked
}
