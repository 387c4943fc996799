package import WireCodec

/// The connection to a server: a program's standard streams, or HTTP.
///
/// ## Concurrency
/// Every method may be called from every thread and none waits. `open` is called only on a new
/// transport or after `lost` was reported.
package protocol ServerTransport: Sendable {
    /// How often it may be opened within an hour, whatever the server does and calls ask for.
    var startsPerHour: Int { get }
    /// Opens the connection; events are reported in order, each with the bytes to return through
    /// `took`.
    ///
    /// After `lost` nothing more is reported.
    func open(_ onEvent: @escaping @Sendable (TransportEvent, Int) -> Void)
    /// Sends a message; `id` is set if it is a request of ours.
    func send(_ message: JSONValue, id: Int64?)
    /// Sets the protocol's version from now on.
    func agreed(version: String)
    /// Reports that this many bytes of events have been handled.
    func took(_ bytes: Int)
    /// Ends it; `lost` follows.
    func close()
}
