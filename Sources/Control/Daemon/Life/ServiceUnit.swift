internal import Linux

/// What systemd's unit says about the daemon's user and rights.
///
/// Reads enough of systemd.unit(5) for that: later lines and files override earlier ones.
package struct ServiceUnit: Sendable, Equatable {
    /// Where units are, the strongest first.
    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system",
    ]
    /// A longer file is ignored (bytes).
    private static let limitBytes = 256 << 10

    /// The user it runs as; "root" if the unit names none.
    package private(set) var user = "root"
    /// The highest priority of its real-time threads.
    package private(set) var priority: UInt64 = 0
    /// How much memory it may lock (bytes; systemd's own default is 8 MiB); nil: without limit.
    package private(set) var lockedBytes: UInt64? = 8 << 20
    /// The credentials that systemd hands over, by name, with the file each comes from.
    package private(set) var credentials: [String: String] = [:]
    /// Those that systemd decrypts before.
    package private(set) var sealedCredentials: [String: String] = [:]
    /// Its folder below /var/lib; nil: it has none.
    package private(set) var stateDirectory: String?

    /// The unit of this name as this machine has it, with its drop-ins; nil if there is none.
    ///
    /// It reads the disk.
    package static func installed(_ name: String = "martlet.service") -> ServiceUnit? {
        func text(_ path: String) -> String? {
            (try? Files.read(path, limitBytes: limitBytes)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        guard let unit = folders.lazy.compactMap({ text("\($0)/\(name)") }).first else {
            return nil
        }
        var overlays: [String: String] = [:]
        for folder in folders.reversed() {
            let place = "\(folder)/\(name).d"
            for file in (try? Files.list(place)) ?? [] where file.hasSuffix(".conf") {
                overlays[file] = text("\(place)/\(file)")
            }
        }
        return ServiceUnit([unit] + overlays.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Reads the texts of a unit and its drop-ins; a later text overrides an earlier one.
    package init(_ texts: [String]) {
        for text in texts {
            var section: Substring = ""
            for line in text.split(whereSeparator: \.isNewline) {
                let line = Self.trimmed(line)
                if line.hasPrefix("[") {
                    section = line
                } else if section == "[Service]", let equals = line.firstIndex(of: "=") {
                    take(
                        Self.trimmed(line[..<equals]),
                        String(Self.trimmed(line[line.index(after: equals)...])))
                }
            }
        }
    }

    private mutating func take(_ key: Substring, _ value: String) {
        switch key {
        case "User": user = value.isEmpty ? "root" : value
        case "LimitRTPRIO": priority = Self.limit(value) ?? 99
        case "LimitMEMLOCK": lockedBytes = Self.limit(value)
        case "StateDirectory":
            stateDirectory = value.split(separator: " ").first.map { "/var/lib/\($0)" }
        case "LoadCredential":
            Self.take(value, into: &credentials, folder: "/etc/credstore")
        case "LoadCredentialEncrypted":
            Self.take(value, into: &sealedCredentials, folder: "/etc/credstore.encrypted")
        default: break
        }
    }

    /// A credential with its file, which without a path of its own is in a folder of systemd's.
    private static func take(
        _ value: String, into credentials: inout [String: String], folder: String
    ) {
        guard !value.isEmpty else { return credentials = [:] }
        let parts = value.split(separator: ":", maxSplits: 1)
        guard let name = parts.first, let source = parts.last else { return }
        credentials[String(name)] =
            source.hasPrefix("/") ? String(source) : "\(folder)/\(source)"
    }

    /// A limit, the soft one of two; nil: none.
    private static func limit(_ text: String) -> UInt64? {
        guard let soft = text.split(separator: ":").first, soft != "infinity" else { return nil }
        let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        if let last = soft.last, let unit = units[last] {
            let (value, isTooMuch) = (UInt64(soft.dropLast()) ?? 0)
                .multipliedReportingOverflow(by: unit)
            return isTooMuch ? nil : value
        }
        return UInt64(soft) ?? 0
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...end]
    }
}
