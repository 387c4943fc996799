/// A short sound or spoken line of the device's own.
package enum Earcon: String, Sendable, CaseIterable {
    /// The microphone is open.
    case listening
    /// The words were taken and the answer is being made.
    case done
    /// Something failed; the timeline says what.
    case error
    /// There is no connection; what is said now is kept for a while.
    case offline
    /// The microphone is muted, so a press does nothing.
    case muted
    /// There is no microphone.
    case noMicrophone
    /// The service refuses this device (a wrong key, an unknown model).
    case refused
    /// There is no key for the service.
    case noKey
    /// There never was a session, and this machine has no route to the network.
    case noNetwork
    /// The settings have a mistake.
    case settings
    /// The day's token budget is spent.
    case budget
    /// The fault that was last reported in words persists.
    case sameTrouble
    /// A dangerous action needs confirmation: press the button to allow it.
    case confirm
}
