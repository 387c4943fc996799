private import COpus

/// Why sound cannot be decoded or encoded.
package enum OpusError: Error, Sendable, Equatable, CustomStringConvertible {
    /// libopus refused; its own words.
    case library(String)
    /// The bytes are not an Ogg Opus stream; the text says what is wrong and where.
    case malformed(String)
    /// A valid stream of a kind that is not played here.
    case unsupported(String)

    init(code: Int32) {
        self = .library(String(cString: opus_strerror(code)))
    }

    package var description: String {
        switch self {
        case .library(let text): "libopus: \(text)"
        case .malformed(let text): "no Ogg Opus sound: \(text)"
        case .unsupported(let text): "an Ogg Opus sound that is not played here: \(text)"
        }
    }
}
