/// Why a key cannot be used, or why signing with it failed.
///
/// None of the texts contains any part of a key.
package enum CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text is not a private key in PEM; what it is instead, or what it lacks.
    case malformed(String)
    /// A key that needs a passphrase.
    case encrypted
    /// A private key, but not for this algorithm; its kind.
    case unsuitable(String)
    /// OpenSSL refused; its own words.
    case library(String)

    package var description: String {
        switch self {
        case .malformed(let problem): "no private key: \(problem)"
        case .encrypted:
            "the private key is locked with a passphrase: store it without one, in a file that "
                + "only its user can read"
        case .unsuitable(let kind): "the private key does not fit: \(kind)"
        case .library(let text): "OpenSSL: \(text)"
        }
    }
}
