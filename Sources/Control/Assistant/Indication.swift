/// What the light shows.
package struct Indication: Sendable, Equatable {
    /// The conversation's state.
    package var state: ConversationState
    /// The microphone is muted, whatever the state.
    package var isMuted: Bool
    /// There is no session, whatever the state.
    package var isOffline: Bool
    /// The microphone or the speaker is gone, or the service refuses this device.
    package var hasTrouble: Bool
    /// An alarm rings, whatever the state.
    package var isRinging: Bool
    /// The user is asked to confirm something, whatever the state.
    package var awaitsConfirmation = false

    /// What is to be shown.
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

    /// The one thing that counts most, for those who can show only one.
    package enum Gist: Sendable, CaseIterable {
        case idle, listening, thinking, speaking, muted, trouble, offline
    }

    /// What counts most, beside a ringing alarm and a question that waits.
    package var gist: Gist {
        switch state {
        case .listening: return .listening
        case .thinking: return .thinking
        case .speaking: return .speaking
        case .idle, .offline, .muted:
            // What people must be able to trust comes first, then what they can mend.
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
