internal import Tools
internal import VoiceSession

// Questions to the user, without the model.

extension VoiceAssistant {
    private static let withdrawn = "nothing was done: the call was taken back"

    /// A call needs the user's confirmation; returns the decision.
    func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
        // The call may have been cancelled before; then there was nothing to withdraw.
        guard !Task.isCancelled else { return .refused(Self.withdrawn) }
        return await withCheckedContinuation { decided in
            confirm(request) { decided.resume(returning: $0) }
        }
    }

    /// A call needs the user's confirmation; `done` is called once, on the executor.
    func confirm(
        _ request: ConfirmationRequest,
        _ done: @escaping @Sendable (ConfirmationDecision) -> Void
    ) {
        guard !isStopped else { return done(.refused("nothing was done: the device is stopping")) }
        deciders[request.id] = done
        performConfirmation(confirmations.ask(request, at: ports.alarm.now))
    }

    /// The call was cancelled.
    func withdraw(_ id: String) {
        performConfirmation(confirmations.withdraw(id))
    }

    /// Whether an edge of the button answers a question, and so must have no other effect.
    func isAnswer(_ event: ButtonEvent) -> Bool {
        guard event.pressed else {
            defer { ignoresRelease = false }
            return ignoresRelease
        }
        ignoresRelease = isAnswer(at: event.at)
        return ignoresRelease
    }

    /// Whether a press at that time may answer a question; one that dismisses an alarm does not.
    func awaitsAnswer(at time: Int64) -> Bool {
        dismissAlarm == nil && confirmations.awaitsPress(at: time)
    }

    /// The outcome of the press at that time, after its touch returned `asked`.
    ///
    /// A user who keeps holding the button wants to say something, which is not a yes.
    package func answer(isYes: Bool, pressedAt time: Int64) {
        guard !isStopped else { return }
        if isYes {
            _ = isAnswer(at: time)
        } else {
            performConfirmation(confirmations.stopped())
        }
    }

    /// Whether a press at that time answers a question; one that dismisses an alarm does not.
    func isAnswer(at time: Int64) -> Bool {
        guard dismissAlarm == nil else { return false }
        let (isConsumed, actions) = confirmations.pressed(at: time)
        performConfirmation(actions)
        return isConsumed
    }

    func performConfirmation(_ actions: [ConfirmationAction]) {
        guard !isStopped else { return }
        for action in actions {
            switch action {
            case .ask(let request):
                record(.notice("the user is asked to confirm \(request.subject)"))
                if request.means == .button { ports.earcons.play(.confirm) }
            case .asked:
                break
            case .settle(let id, let decision):
                if decision == .granted { record(.notice("the user confirmed")) }
                deciders.removeValue(forKey: id)?(decision)
            case .keepPIN(let memory): ports.pinLock.keep(memory)
            case .reportPIN(let time): ports.pinLock.report(lockedFor: time)
            }
        }
        guard !actions.isEmpty else { return }
        showIndication()
        announceNext()
        setAlarm()
    }

    func showIndication() {
        guard var indication else { return }
        indication.awaitsConfirmation = confirmations.isAsking
        ports.indicator.show(indication)
    }

    func refuseConfirmations() {
        performConfirmation(confirmations.stopped())
        for (_, decide) in deciders { decide(.refused("nothing was done: the device is stopping")) }
        deciders = [:]
    }
}
