package import Linux
internal import Tools
package import WireCodec

/// What tools are given beside their settings.
package struct ToolPorts: Sendable {
    package var secrets: any SecretPort
    package var clock: any DeviceClock
    /// Files and folders that no program of a tool can open; absolute paths.
    package var hiddenPlaces: [String]
    /// The version of this program that is sent to far ends.
    package var programVersion: String
    /// Takes a line for the log; from any thread.
    package var note: @Sendable (String) -> Void
    private var others: [ObjectIdentifier: any Sendable] = [:]

    /// The ports that every kind may need; those of a single kind are set by their type.
    package init(
        secrets: any SecretPort = NoSecrets(), clock: any DeviceClock = SystemClock(),
        hiddenPlaces: [String] = [], programVersion: String = "",
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.secrets = secrets
        self.clock = clock
        self.hiddenPlaces = hiddenPlaces
        self.programVersion = programVersion
        self.note = note
    }

    /// A port whose type only the kinds that use it know, such as the connection to the broker.
    package subscript<Port: Sendable>(_ type: Port.Type) -> Port? {
        get { others[ObjectIdentifier(type)] as? Port }
        set {
            if let newValue {
                others[ObjectIdentifier(type)] = newValue
            } else {
                others[ObjectIdentifier(type)] = nil
            }
        }
    }
}

/// Looks up the secrets that settings name; from any thread, and reads the disk.
package protocol SecretPort: Sendable {
    /// The secret of this name; the text of a thrown error does not contain it.
    func secret(_ name: String) throws -> Secret
}

extension SecretPort {
    /// The text with its secrets filled in; the whole text is a secret then.
    package func resolve(_ text: SecretText) throws -> Secret {
        var resolved = ""
        for piece in text.pieces {
            switch piece {
            case .text(let text): resolved += text
            case .secret(let name): resolved += try secret(name).revealed
            }
        }
        return Secret(resolved)
    }
}

/// A port without any secrets.
package struct NoSecrets: SecretPort {
    /// Creates it.
    package init() {}

    /// Throws.
    package func secret(_ name: String) throws -> Secret {
        throw ToolFailure("there is no secret '\(name)'")
    }
}
