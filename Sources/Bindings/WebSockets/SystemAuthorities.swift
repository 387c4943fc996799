import CWebSockets
import Linux

/// The authorities that the system trusts: a file with all of them, and a folder with one file
/// each, named by the hash of the authority's name (see `openssl-rehash`).
///
/// OpenSSL by itself reads the whole file for each TLS context: the 144 certificates of Debian 12
/// take 30 ms and 0.9 MB, and one or two are ever used. The folder has the same certificates, since
/// `update-ca-certificates` writes both, and only the file of a server certificate's issuer is read
/// from it. An owner who sets `SSL_CERT_FILE` wants that file, and a folder without hashes is of no
/// use; then OpenSSL's defaults apply.
package struct SystemAuthorities: Sendable {
    /// The most files that are fetched; Debian has 144.
    private static let fetchLimit = 1024
    /// The largest certificate that is worth fetching (bytes).
    private static let fileLimitBytes = 64 << 10

    /// The folder to use; nil: OpenSSL's defaults.
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

    /// Names of eight hash digits, and a number for those with the same hash.
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

    /// As `openssl rehash` writes them: in lower case.
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDecimal(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Reads the files once, so that a slow SD card does not delay the check of a certificate.
    ///
    /// Blocks on the disk; the files stay in the kernel's cache, since it is not known which of
    /// them a server will need.
    func fetch() {
        for folder in folder?.split(separator: ":") ?? [] {
            for name in Self.hashedNames(in: String(folder)).prefix(Self.fetchLimit) {
                _ = try? Files.read("\(folder)/\(name)", limitBytes: Self.fileLimitBytes)
            }
        }
    }
}

/// The TLS context that clients share: the authorities that they trust.
///
/// Confined to the loop's thread, except those created before it runs.
final class ClientTrust {
    /// OpenSSL's `SSL_CTX`, which must outlive the virtual hosts that it was given to.
    let context: OpaquePointer

    /// The authorities of a PEM file, and no others.
    init(file: String) throws(WebSocketsError) {
        context = try Self.make()
        guard SSL_CTX_load_verify_file(context, file) == 1 else {
            // Otherwise the noted error would be taken for a later connection's.
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
