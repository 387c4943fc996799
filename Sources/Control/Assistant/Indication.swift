/// What the light shows.
package struct Indication: Sendable, Equatable {
    /// The conversation's state.
    package var state: ConversationState
    /// The microphone is muted, whatever the state.
    package var isMuted: Bool
    /// There is no session, whatever the state.
    package var isOffline: Bool
    /// The microphone or the speaker is missing, or the service refuses this device.
    package var hasTrouble: Bool
    /// An alarm rings, whatever the state.
    package var isRinging: Bool
    /// The user is asked to confirm an action, whatever the state.
    package var awaitsConfirmation = false

    /// The state to show.
    package init(
        state: ConversationState, isMuted: Bool, isOffline: Bool, hasTrouble: Bool,
        isRinging: Bool = false
    ) {
        self.state = state
        self.isMuted = isMuted
        self.isOffline = isOffline
        self.hasTrouble = hasTrouble
        self.isRinging = isRinging
    }

    /// The most important part, for indicators that can show only one.
    package enum Gist: Sendable, CaseIterable {
        case idle, listening, thinking, speaking, muted, trouble, offline
    }

    /// The most important part, apart from a ringing alarm and a pending question.
    package var gist: Gist {
        switch state {
        case .listening: return .listening
        case .thinking: return .thinking
        case .speaking: return .speaking
        case .idle, .offline, .muted:
            // The state that users must be able to trust comes first, then what they can fix.
            if isMuted { return .muted }
            if hasTrouble { return .trouble }
            return isOffline ? .offline : .idle
        }
    }
}

/// Shows the state by light.
package protocol IndicatorPort: Sendable {
    /// Shows a state until the next call.
    func show(_ indication: Indication)
}
