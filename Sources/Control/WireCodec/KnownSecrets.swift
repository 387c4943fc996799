internal import Synchronization

/// The secrets that a program has read; every output consults it: log, audit log, journal of calls,
/// answers to the model, broker, status.
///
/// ## Concurrency
/// Any thread may call any method; the lock protects the state.
package final class KnownSecrets: Sendable {
    /// At most this many are kept; the oldest, which are expired tokens, are dropped first.
    private static let limit = 256

    private struct State {
        var texts: [String] = []
        var hidden = HiddenSecrets([])
    }

    private let state = Mutex(State())

    /// Nothing is known yet.
    package init() {}

    /// Records a secret that was read, before it is used.
    package func add(_ secret: Secret) {
        state.withLock { state in
            guard !state.texts.contains(secret.revealed) else { return }
            state.texts.append(secret.revealed)
            if state.texts.count > Self.limit { state.texts.removeFirst() }
            state.hidden = HiddenSecrets(state.texts.map { Secret($0) })
        }
    }

    /// Hides all secrets that are known now.
    package var hidden: HiddenSecrets { state.withLock { $0.hidden } }

    /// A text without the secrets.
    package func hide(in text: String) -> String { hidden.hide(in: text) }

    /// A value without the secrets.
    package func hide(in value: JSONValue) -> JSONValue { hidden.hide(in: value) }
}
