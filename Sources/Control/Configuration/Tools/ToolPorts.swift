package import Linux
internal import Tools
package import WireCodec

/// What tools are connected with, beside their settings.
package struct ToolPorts: Sendable {
    package var secrets: any SecretPort
    package var clock: any DeviceClock
    /// Files and folders that no program of a tool can open; whole paths.
    package var hiddenPlaces: [String]
    /// What far ends are shown as this program's version.
    package var programVersion: String
    /// Takes a line for the log; from any thread.
    package var note: @Sendable (String) -> Void
    private var others: [ObjectIdentifier: any Sendable] = [:]

    /// The ports that every kind may need; those of one kind are set by their types.
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

    /// A port of which only the kinds that use it know the type, such as the line to the broker.
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
    /// The secret of a name; throws words that do not hold it.
    func secret(_ name: String) throws -> Secret
}

extension SecretPort {
    /// A text with its secrets in their places; all of it is one now.
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

/// Nowhere, where no secret is.
package struct NoSecrets: SecretPort {
    /// There is only one.
    package init() {}

    /// Throws.
    package func secret(_ name: String) throws -> Secret {
        throw ToolFailure("there is no secret '\(name)'")
    }
}
