package import WireCodec

/// The line to a server: a program's standard streams, or HTTP.
///
/// ## Concurrency
/// Every method may be called from every thread and none waits. `open` is called only when the
/// line is new or `lost` was reported.
package protocol ServerTransport: Sendable {
    /// How often it may be opened within an hour, whatever the server does and calls ask for.
    var startsPerHour: Int { get }
    /// Opens the line; events are reported in order, each with the bytes that `took` is due for.
    ///
    /// After `lost` nothing more is reported.
    func open(_ onEvent: @escaping @Sendable (TransportEvent, Int) -> Void)
    /// Sends a message; `id` is that of a request of ours.
    func send(_ message: JSONValue, id: Int64?)
    /// The protocol's version, from now on.
    func agreed(version: String)
    /// This number of bytes of what was reported has been dealt with.
    func took(_ bytes: Int)
    /// Ends it; `lost` follows.
    func close()
}
