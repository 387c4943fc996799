import CWebSockets
import Linux

/// The authorities that the system trusts: a file with all of them, and a folder with one file
/// each, named by the hash of the authority's name (see `openssl-rehash`).
///
/// OpenSSL by itself reads the whole file for each TLS context: 144 certificates of Debian 12 take
/// 30 ms and 0.9 MB, of which one or two are ever asked for. The folder holds the same ones, since
/// `update-ca-certificates` writes both, and of it only the file is read that a certificate in hand
/// names as its signer. An owner who names a file in `SSL_CERT_FILE` wants that one, and a folder
/// without hashes is of no use; then all is read as OpenSSL does it.
package struct SystemAuthorities: Sendable {
    /// No more files than this are fetched; Debian has 144.
    private static let fetchLimit = 1024
    /// The largest certificate that is worth fetching (bytes).
    private static let fileLimitBytes = 64 << 10

    /// The folder that stands for all; nil: what OpenSSL takes when nothing is said.
    let folder: String?

    /// The system's; reads the environment and a folder's names.
    package init(environment: (String) -> String? = Environment.get) {
        let named = environment(String(cString: X509_get_default_cert_file_env()))
        let folder =
            environment(String(cString: X509_get_default_cert_dir_env()))
            ?? String(cString: X509_get_default_cert_dir())
        self.folder = named == nil && Self.isHashed(folder) ? folder : nil
    }

    /// Whether OpenSSL finds authorities there; several folders may be named, with colons.
    private static func isHashed(_ folders: String) -> Bool {
        folders.split(separator: ":").contains { !hashedNames(in: String($0)).isEmpty }
    }

    /// Eight digits of a hash, and a number for those that share it.
    private static func hashedNames(in folder: String) -> [String] {
        let names = (try? Files.list(folder)) ?? []
        return names.filter { name in
            let bytes = Array(name.utf8)
            return bytes.count > 9 && bytes[8] == UInt8(ascii: ".")
                && bytes[..<8].allSatisfy(isHexadecimal) && bytes[9...].allSatisfy(isDecimal)
        }
    }

    private static func isDecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// As `openssl rehash` writes them: in small letters.
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDecimal(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Reads the files once, so that a card's slowness is over before a certificate is checked.
    ///
    /// Blocks on the disk; what is read is left to the kernel's cache, since which of them a
    /// server will need is not known.
    func fetch() {
        for folder in folder?.split(separator: ":") ?? [] {
            for name in Self.hashedNames(in: String(folder)).prefix(Self.fetchLimit) {
                _ = try? Files.read("\(folder)/\(name)", limitBytes: Self.fileLimitBytes)
            }
        }
    }
}

/// What the TLS of clients shares: the authorities that they trust.
///
/// Confined to the loop's thread, after the loop's own that are made before it runs.
final class ClientTrust {
    /// OpenSSL's `SSL_CTX`, which must outlive the virtual hosts that it was given to.
    let context: OpaquePointer

    /// The authorities of a PEM file, and no others.
    init(file: String) throws(WebSocketsError) {
        context = try Self.make()
        guard SSL_CTX_load_verify_file(context, file) == 1 else {
            // What it noted of this would be taken for a later connection's.
            ERR_clear_error()
            throw .badAuthorityFile(file)
        }
    }

    init(_ system: SystemAuthorities) throws(WebSocketsError) {
        context = try Self.make()
        let isTaken =
            system.folder.map { SSL_CTX_load_verify_dir(context, $0) }
            ?? SSL_CTX_set_default_verify_paths(context)
        ERR_clear_error()
        guard isTaken == 1 else { throw .badAuthorityFile("the system's store") }
    }

    deinit { SSL_CTX_free(context) }

    private static func make() throws(WebSocketsError) -> OpaquePointer {
        guard let made = cws_make_client_tls() else { throw .noContext }
        return made
    }
}
