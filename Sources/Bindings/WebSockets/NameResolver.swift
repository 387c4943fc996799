package import Linux
import Synchronization

/// Finds the addresses of names on threads of their own, so that a name server which does not
/// answer holds up nobody.
///
/// A look-up cannot be taken back, so that its thread lasts until the system gives up; a caller
/// that asks for the same name meanwhile joins it. What was found is remembered, and bridges the time
/// in which no name server answers.
///
/// ## Concurrency
/// Every method may be called from every thread.
package final class NameResolver: Sendable {
    /// Gives the addresses of a name as numeric text, the best first; may block.
    package typealias Lookup =
        @Sendable (_ name: String) -> Result<[String], NameLookup.Failure>

    /// Names that are looked up at the same time, each with a thread; a program like this one
    /// knows a handful of hosts.
    static let lookupLimit = 8
    /// Those that wait for one look-up; the one that has waited longest is let go.
    static let waiterLimit = 64
    /// Names whose addresses are remembered.
    static let memoryLimit = 64
    /// Addresses of a name that are of use.
    static let addressLimit = 8
    /// What was found bridges a name server that does not answer for a day (nanoseconds).
    ///
    /// A stranger at an address that was given away is found out by its certificate.
    static let memoryNanoseconds: Int64 = 24 * 3600 * 1_000_000_000

    private typealias Waiter = @Sendable (Result<[String], NameLookup.Failure>) -> Void

    private struct Known {
        var addresses: [String]
        /// When they were found (nanoseconds of CLOCK_MONOTONIC).
        var at: Int64
    }

    private struct State {
        var running: [String: [Waiter]] = [:]
        var known: [String: Known] = [:]
    }

    private let state = Mutex(State())
    private let lookup: Lookup
    private let now: @Sendable () -> Int64

    /// A resolver that knows nothing yet; `lookup` is called on threads of its own.
    package init(
        lookup: @escaping Lookup = { name in
            Result { () throws(NameLookup.Failure) in try NameLookup.addresses(of: name) }
        },
        now: @escaping @Sendable () -> Int64 = { MonotonicClock.now() }
    ) {
        self.now = now
        self.lookup = lookup
    }

    /// What was found for a name not too long ago; nil when nothing was.
    package func remembered(_ name: String) -> [String]? {
        state.withLock { state in
            guard let known = state.known[name], now() - known.at <= Self.memoryNanoseconds
            else { return nil }
            return known.addresses
        }
    }

    /// Looks a name up; `then` is called once on another thread, unless more ask for the same
    /// than are kept waiting.
    ///
    /// It may take as long as the system's resolver takes; who cannot wait that long stops
    /// waiting.
    package func find(
        _ name: String,
        then: @escaping @Sendable (Result<[String], NameLookup.Failure>) -> Void
    ) {
        let mustStart: Bool? = state.withLock { state in
            if var waiters = state.running[name] {
                if waiters.count == Self.waiterLimit { waiters.removeFirst() }
                waiters.append(then)
                state.running[name] = waiters
                return false
            }
            guard state.running.count < Self.lookupLimit else { return nil }
            state.running[name] = [then]
            return true
        }
        guard let mustStart else {
            let text = "\(Self.lookupLimit) other names are still being looked up"
            return then(.failure(.unavailable(text)))
        }
        if mustStart { start(name) }
    }

    private func start(_ name: String) {
        do {
            _ = try OwnedThread(name: "names", priority: .normal) { [self] in
                finish(name, lookup(name))
            }
        } catch {
            finish(name, .failure(.unavailable("\(error)")))
        }
    }

    private func finish(_ name: String, _ result: Result<[String], NameLookup.Failure>) {
        let found = result.map { Array($0.prefix(Self.addressLimit)) }
        let waiters = state.withLock { state in
            if case .success(let addresses) = found { remember(name, addresses, in: &state) }
            // A name that is gone is gone for those who come later, too.
            if case .failure(.unknown) = found { state.known[name] = nil }
            return state.running.removeValue(forKey: name) ?? []
        }
        for waiter in waiters { waiter(found) }
    }

    private func remember(_ name: String, _ addresses: [String], in state: inout State) {
        if state.known[name] == nil, state.known.count >= Self.memoryLimit,
            let oldest = state.known.min(by: { $0.value.at < $1.value.at })
        {
            state.known[oldest.key] = nil
        }
        state.known[name] = Known(addresses: addresses, at: now())
    }
}

/// The order in which addresses of both kinds are tried (RFC 8305, section 4): that of the
/// system, but the kinds take turns.
func interleaved(_ addresses: [String]) -> [String] {
    // Only IPv6 addresses have colons.
    let first = addresses.first?.contains(":") ?? false
    let own = addresses.filter { $0.contains(":") == first }
    let other = addresses.filter { $0.contains(":") != first }
    var result: [String] = []
    for index in 0..<max(own.count, other.count) {
        if index < own.count { result.append(own[index]) }
        if index < other.count { result.append(other[index]) }
    }
    return result
}
