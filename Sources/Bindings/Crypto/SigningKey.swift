private import CCrypto

/// An RSA private key that signs.
///
/// ## Concurrency
/// May be used from every task: OpenSSL only reads a key while it signs, and counts references
/// atomically.
package final class SigningKey: @unchecked Sendable {
    // @unchecked: `key` is constant, and OpenSSL's functions on it are safe as said above.

    /// Shorter keys are broken; Google makes none (bits).
    package static let shortestBits: Int32 = 2048
    /// The longest PEM text that is read (bytes).
    package static let textLimitBytes = 64 << 10

    private let key: OpaquePointer

    /// Reads a key in PEM, PKCS #8 or PKCS #1, without passphrase.
    ///
    /// The corresponding C function is `PEM_read_bio_PrivateKey`.
    package init(pem: String) throws(CryptoError) {
        guard pem.utf8.count <= Self.textLimitBytes else {
            throw .malformed("the text is longer than \(Self.textLimitBytes) bytes")
        }
        ERR_clear_error()
        let passphrase = PassphraseQuestion()
        guard let key = Self.read(pem, passphrase) else {
            throw passphrase.wasAsked ? .encrypted : .malformed(Self.problem(of: pem))
        }
        // From here on the key is released with this object, also when it does not fit.
        self.key = key
        guard EVP_PKEY_is_a(key, "RSA") == 1 else {
            let kind = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown"
            throw .unsuitable("it is of kind \(kind), and RS256 needs RSA")
        }
        let bits = EVP_PKEY_get_bits(key)
        guard bits >= Self.shortestBits else {
            throw .unsuitable("it has \(bits) bits, and \(Self.shortestBits) is the least")
        }
    }

    deinit { EVP_PKEY_free(key) }

    /// The signature of bytes by RSASSA-PKCS1-v1_5 with SHA-256 (RS256 in RFC 7518).
    ///
    /// The corresponding C function is `EVP_DigestSign`.
    package func signRS256(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        ERR_clear_error()
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1 else {
            throw Self.failure()
        }
        var length = 0
        guard EVP_DigestSign(context, nil, &length, bytes, bytes.count) == 1 else {
            throw Self.failure()
        }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, bytes, bytes.count) == 1 else {
            throw Self.failure()
        }
        return Array(signature[..<length])
    }

    private static func read(_ pem: String, _ passphrase: PassphraseQuestion) -> OpaquePointer? {
        var text = Array(pem.utf8)
        defer { OPENSSL_cleanse(&text, text.count) }
        return text.withUnsafeBytes { bytes in
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
                return nil
            }
            defer { BIO_free(source) }
            let owner = Unmanaged.passUnretained(passphrase).toOpaque()
            return PEM_read_bio_PrivateKey(source, nil, answerNoPassphrase, owner)
        }
    }

    /// Describes to a person why a text is not a key.
    private static func problem(of pem: String) -> String {
        let label = pem.firstRange(of: "-----BEGIN ").flatMap { begin in
            pem[begin.upperBound...].firstRange(of: "-----").map {
                String(pem[begin.upperBound..<$0.lowerBound])
            }
        }
        guard let label, label.utf8.count <= 40 else {
            return "the text lacks the line '-----BEGIN PRIVATE KEY-----'"
        }
        guard label.hasSuffix("PRIVATE KEY") else { return "it is a \(label), not a PRIVATE KEY" }
        if !pem.ranges(of: "\\n").isEmpty {
            return "it holds '\\n' in letters where lines must end"
        }
        if pem.ranges(of: "-----END \(label)-----").isEmpty {
            return "the line '-----END \(label)-----' is missing: it was cut off"
        }
        return "what is between BEGIN and END is damaged: copy or download it again"
    }

    private static func failure() -> CryptoError {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        return .library(
            text.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { String(cString: $0) } ?? "no reason given"
            })
    }
}

/// Remembers whether OpenSSL asked for a passphrase; by default it would ask at the terminal.
private final class PassphraseQuestion {
    var wasAsked = false
}

private func answerNoPassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isForWriting: Int32,
    _ owner: UnsafeMutableRawPointer?
) -> Int32 {
    guard let owner else { return -1 }
    Unmanaged<PassphraseQuestion>.fromOpaque(owner).takeUnretainedValue().wasAsked = true
    return -1
}
