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
    /// There never was a session, and no way leads out of this machine.
    case noNetwork
    /// The settings have a mistake.
    case settings
    /// The day's tokens are spent.
    case budget
    /// What was last said in words still holds.
    case sameTrouble
    /// Something dangerous is to be done: press the button if you want it.
    case confirm
}
