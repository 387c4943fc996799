package import Configuration
internal import Linux
package import WireCodec

/// Why a secret cannot be read; contains neither the secret nor the text around it.
package enum SecretError: Error, Sendable, Equatable, CustomStringConvertible {
    case missing(name: String, folder: String)
    case readableByOthers(path: String)
    case unreadable(name: String, reason: String)
    case malformed(name: String, path: String)

    package var description: String {
        switch self {
        case .missing(let name, let folder):
            "there is no secret '\(name)': put it, and nothing else, into the file "
                + "\(folder)/\(name) (mode 600, owned by the daemon's user), or into the systemd "
                + "credential \(name)"
        case .readableByOthers(let path):
            "others can read the secret '\(path)': chmod 600 '\(path)'"
        case .unreadable(let name, let reason):
            "the secret '\(name)' cannot be read (\(reason)): it must belong to the daemon's user"
        case .malformed(let name, let path):
            "the secret '\(name)' must be one line of text, and the file '\(path)' holds nothing "
                + "else"
        }
    }
}

/// Looks up the secrets that the settings name: the systemd credential of that name, else the file
/// of that name in `tools.secrets_dir`.
///
/// Each is read when it is needed and is not cached, so that a changed one is used without a
/// restart. It may be called from any thread, and reads the disk.
package struct SecretStore: SecretPort {
    /// Longer than any token or password (bytes).
    private static let limitBytes = 4096

    private let credentialsFolder: String?
    private let folder: String
    private let known: KnownSecrets

    /// The secrets that these settings name, as this process sees them; each one that is read is
    /// noted in `known`.
    package init(_ settings: Settings, known: KnownSecrets = KnownSecrets()) {
        self.init(
            credentialsFolder: Environment.get("CREDENTIALS_DIRECTORY"),
            folder: settings[Keys.tools.secretsDirectory], known: known)
    }

    /// Secrets of systemd's folder, if there is one, and of `folder`.
    init(credentialsFolder: String?, folder: String, known: KnownSecrets = KnownSecrets()) {
        self.credentialsFolder = credentialsFolder
        self.folder = folder
        self.known = known
    }

    /// Whether this process has systemd credentials, as the service does.
    package var seesCredentials: Bool { credentialsFolder != nil }

    /// The secret of this name.
    package func secret(_ name: String) throws(SecretError) -> Secret {
        if let path = credentialsFolder.map({ "\($0)/\(name)" }), Files.exists(path) {
            return try read(path, name)
        }
        let path = "\(folder)/\(name)"
        guard Files.exists(path) else { throw .missing(name: name, folder: folder) }
        // systemd itself guards its credentials.
        guard !Files.isReadableByOthers(path) else { throw .readableByOthers(path: path) }
        return try read(path, name)
    }

    /// What is wrong with the secrets of some texts, each reported once.
    package func problems(with texts: [SecretText]) -> [SecretError] {
        var seen: Set<String> = []
        return texts.flatMap(\.names).filter { seen.insert($0).inserted }.compactMap { name in
            do throws(SecretError) {
                _ = try secret(name)
                return nil
            } catch {
                return error
            }
        }
    }

    private func read(_ path: String, _ name: String) throws(SecretError) -> Secret {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limitBytes: Self.limitBytes)
        } catch {
            throw .unreadable(name: name, reason: error.description)
        }
        var text = String(decoding: bytes, as: UTF8.self)[...]
        while text.last?.isNewline ?? false { text.removeLast() }
        // Editors put a byte order mark first, which is no part of a secret.
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        let isLine = text.unicodeScalars.allSatisfy {
            $0 >= " " && $0 != "\u{7F}" && $0 != "\u{FFFD}"
        }
        guard !text.isEmpty, isLine else { throw .malformed(name: name, path: path) }
        let secret = Secret(String(text))
        known.add(secret)
        return secret
    }
}

extension SecretError {
    /// Whether it merely does not exist yet, which is no mistake in the settings.
    package var isAbsence: Bool {
        if case .missing = self { true } else { false }
    }
}
