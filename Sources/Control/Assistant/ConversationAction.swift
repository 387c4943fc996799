package import ModelTypes
package import Tools

/// What the machine wants done, in order.
package enum ConversationAction: Sendable, Equatable {
    /// Open the microphone's gate at that time less the pre-roll.
    case openMicrophone(at: Int64)
    /// Open the microphone's gate at the onset of speech less the pre-roll.
    case openMicrophoneAtSpeech(sample: Int64)
    /// Close the microphone's gate at that time.
    case closeMicrophone(at: Int64)
    /// Tell the session that the user's words begin, where that is said.
    case beginWords
    /// Send samples of the user's words.
    case sendAudio([Int16])
    /// Tell the session that the user's words end, which says what number their answer will have.
    case endWords(isReplyWanted: Bool)
    /// Tell the session that no answer is awaited to the words that end next.
    case expectNoReply
    /// Have the session forget what it holds and has not sent, with the activity it belongs to.
    case discardInput
    /// Connect now instead of after the back-off.
    case connect
    /// Play samples of the reply.
    case play([Int16])
    /// Silence the reply at once, and forget it.
    case flushSpeaker
    /// Silence the reply at once, and keep what was not heard of it.
    case holdSpeaker
    /// Play on what was kept.
    case resumeSpeaker
    /// The reply is whole.
    case endReply
    /// Run these calls of a conversation.
    case runTools([FunctionCall], conversation: Int)
    /// Have these calls of a conversation answered and not run: the user took the request back.
    case refuseTools([FunctionCall], conversation: Int)
    /// Stop these calls and answer none of them.
    case cancelTools([CallKey])
    /// Send the answer to a call.
    case answerTool(FunctionResponse)
    /// Sound an earcon.
    case sound(Earcon)
    /// Silence the alarm that rings.
    case dismissAlarm
    /// Tell what came as text in place of sound.
    case tellText
    /// Show by light.
    case show(Indication)
    /// Tell the timeline.
    case record(TimelineEvent)
}

/// What a press did before it was known whether the button is held.
package enum TouchUse: Sendable, Equatable {
    /// Nothing: there was nothing to stop.
    case nothing
    /// It stopped the answer, or ended the turn of a tap.
    case stopped
    /// It dismissed an alarm.
    case dismissed
    /// Nothing yet: the user is asked something, and a short press is a yes.
    case asked
}
