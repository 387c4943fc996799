package import Linux
import Synchronization

/// Resolves names on separate threads, so that a name server that does not answer blocks nothing
/// else.
///
/// A look-up cannot be cancelled, so its thread lasts until the system gives up; a caller that asks
/// for the same name meanwhile joins it. Results are remembered, and are used while no name server
/// answers.
///
/// ## Concurrency
/// Every method may be called from every thread.
package final class NameResolver: Sendable {
    /// Returns the addresses of a name as numeric text, the best first; may block.
    package typealias Lookup =
        @Sendable (_ name: String) -> Result<[String], NameLookup.Failure>

    /// The most names that are looked up at the same time, each on a thread; this program uses a
    /// handful of hosts.
    static let lookupLimit = 8
    /// The most callers that wait for one look-up; beyond that the one that has waited longest is
    /// dropped.
    static let waiterLimit = 64
    /// The most names that are remembered.
    static let memoryLimit = 64
    /// The most addresses of a name that are used.
    static let addressLimit = 8
    /// How long a result is used while no name server answers (nanoseconds): a day.
    ///
    /// If an address now belongs to another host, its certificate reveals that.
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

    /// An empty resolver; `lookup` is called on separate threads.
    package init(
        lookup: @escaping Lookup = { name in
            Result { () throws(NameLookup.Failure) in try NameLookup.addresses(of: name) }
        },
        now: @escaping @Sendable () -> Int64 = { MonotonicClock.now() }
    ) {
        self.now = now
        self.lookup = lookup
    }

    /// The remembered addresses of a name that are not too old; nil if there are none.
    package func remembered(_ name: String) -> [String]? {
        state.withLock { state in
            guard let known = state.known[name], now() - known.at <= Self.memoryNanoseconds
            else { return nil }
            return known.addresses
        }
    }

    /// Looks up a name; `then` is called once on another thread, unless too many wait for the same
    /// name.
    ///
    /// It may take as long as the system's resolver; callers need their own time-out.
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
            // A name that no longer exists is forgotten for later callers, too.
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

/// The order in which addresses of both kinds are tried (RFC 8305, section 4): the system's order,
/// but alternating between the kinds.
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
