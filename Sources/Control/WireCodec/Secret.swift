/// A credential that does not print itself, so that no log, status or error can show it.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The credential itself; only for the header that carries it.
    package let revealed: String

    /// Wraps a credential.
    package init(_ text: String) { revealed = text }

    /// The value of an `Authorization` header with a bearer token (RFC 6750, section 2.1).
    package var asBearer: String { "Bearer \(revealed)" }

    package var description: String { "(hidden)" }
    package var debugDescription: String { "(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
