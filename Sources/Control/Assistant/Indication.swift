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
}

/// Shows the state by light.
package protocol IndicatorPort: Sendable {
    /// Shows a state until the next call.
    func show(_ indication: Indication)
}
