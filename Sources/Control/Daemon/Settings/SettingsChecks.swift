package import Configuration
internal import GPIO
internal import Linux
internal import Panel
internal import Tools
internal import WireCodec

// What a start would refuse or complain about, beyond the form of each setting.
extension Settings {
    /// No file that a setting names is larger (bytes).
    private static let fileLimitBytes = 4 << 20
    /// Where programs without a path are looked for, as `[[tool.command]]` starts them.
    private static let programFolders = ["/usr/local/bin", "/usr/bin", "/bin"]

    /// What is wrong, with its places; opens no line, starts no program and uses no network.
    package var allMistakes: [Diagnostic] {
        ToolSet.mistakes(in: self) + DeviceNames.mistakes(in: self) + panelMistakes
            + lineMistakes(GPIOCatalogue.chips()) + buttonToolMistakes + brokerMistakes
            + pinMistakes + accountMistakes
    }

    /// A PIN that cannot be read or is invalid, with which nothing starts.
    private var pinMistakes: [Diagnostic] {
        do {
            _ = try confirmationSettings()
            return []
        } catch {
            return [Diagnostic(position(of: Keys.tools.pinFile), "tools.pin_file: \(error)")]
        }
    }

    /// What a start would warn of before it goes on, one each; may read files, and nothing else.
    package var allWarnings: [Diagnostic] {
        let chips = GPIOCatalogue.chips()
        return writtenWarnings + keyWarnings + soundWarnings
            + lineWarnings(chips, ofTools: false) + lineWarnings(chips, ofTools: true)
            + (ToolSet.missingSecrets(self) + ToolSet.refusals(self)).map { Diagnostic(nil, $0) }
    }

    /// Those of them that do not depend on lines, sounds, secrets or the key.
    package var writtenWarnings: [Diagnostic] {
        warnings + fileWarnings + programWarnings
            + ToolSet.limits(self).map { Diagnostic(nil, $0) }
            + complaints.map { Diagnostic(nil, "not sent: \($0)") }
    }

    /// What is wrong with the calls that buttons make: no such function, or other arguments.
    var buttonToolMistakes: [Diagnostic] {
        guard let declared = try? ToolSet.declared(self) else { return [] }
        let servers = (try? ToolSet.servers(self)) ?? []
        return buttons.flatMap { button in
            [button.press, button.tap, button.double, button.long].compactMap { action in
                guard case .tool(let name, let text) = action,
                    let arguments = try? JSONValue(parsing: Array(text.utf8))
                else { return nil }
                guard let tool = declared.first(where: { $0.name == name }) else {
                    // The functions of a server are not known before it is asked.
                    guard !servers.contains(where: { name.hasPrefix("\($0)_") }) else { return nil }
                    let names = declared.map(\.name).joined(separator: ", ")
                    return Diagnostic(
                        button.position,
                        "a button calls '\(name)', which is no function; there are: \(names)")
                }
                let faults = SchemaCheck(tool.schema).violations(of: arguments)
                return faults.isEmpty
                    ? nil
                    : Diagnostic(
                        button.position,
                        "a button calls '\(name)' with wrong arguments: "
                            + faults.joined(separator: "; "))
            }
        }
    }

    private var keyWarnings: [Diagnostic] {
        guard self[Keys.live.service] != "vertex" else { return [] }
        do {
            _ = try Credentials.find(self)
            return []
        } catch {
            let place = position(of: Keys.live.keyFile)
            let path = self[Keys.live.keyFile]
            guard path.isEmpty || Files.exists(path) else {
                return [
                    Diagnostic(
                        place,
                        "live.key_file: there is no file '\(path)'; the device starts without a key "
                            + "and looks for it again at each press")
                ]
            }
            return [Diagnostic(place, "\(error)")]
        }
    }

    /// An account that is missing or incomplete, without which nothing starts.
    private var accountMistakes: [Diagnostic] {
        guard self[Keys.live.service] == "vertex" else { return [] }
        let place = position(of: Keys.vertex.accountFile) ?? position(of: Keys.live.service)
        if let reason = absence(of: self[Keys.vertex.accountFile]) {
            return [Diagnostic(place, "vertex.account_file: \(reason)")]
        }
        do {
            _ = try Credentials.completed(self)
            return []
        } catch {
            return [Diagnostic(place, "\(error)")]
        }
    }

    /// Files and folders that settings name and that do not exist.
    private var fileWarnings: [Diagnostic] {
        let files = [
            Keys.live.authority, Keys.mqtt.authority, Keys.mqtt.certificate, Keys.mqtt.key,
        ]
        var warnings = files.compactMap { key in
            absence(of: self[key]).map { Diagnostic(position(of: key), "\(key.path): \($0)") }
        }
        for tool in tools {
            for (key, path) in tool.kind.files {
                guard let reason = absence(of: path) else { continue }
                warnings.append(Diagnostic(tool.position, "\(tool.title): \(key): \(reason)"))
            }
        }
        return warnings
    }

    private var soundWarnings: [Diagnostic] {
        let folder = self[Keys.sounds.directory]
        guard self[Keys.sounds.enabled], !folder.isEmpty else { return [] }
        return SoundFolder.read(folder, rate: SoundFolder.checkedRate).complaints.map {
            Diagnostic(position(of: Keys.sounds.directory), $0)
        }
    }

    /// Why a file cannot be used; nil if it can be, or if none is named.
    private func absence(of path: String) -> String? {
        guard !path.isEmpty else { return nil }
        guard Files.exists(path) else { return "there is no file '\(path)'" }
        do throws(SystemError) {
            _ = try Files.read(path, limitBytes: Self.fileLimitBytes)
            return nil
        } catch {
            return "'\(path)' cannot be read: \(error)"
        }
    }

    /// Programs of tools that do not exist, and folders of theirs that do not.
    private var programWarnings: [Diagnostic] {
        tools.flatMap { tool in
            tool.kind.programs.flatMap { programWarnings($0, of: tool) }
        }
    }

    private func programWarnings(
        _ program: ProgramSettings, of tool: ToolSettings
    ) -> [Diagnostic] {
        guard let name = program.arguments.first, !name.contains("{") else { return [] }
        var words: [String] = []
        let places = name.contains("/") ? [name] : Self.programFolders.map { "\($0)/\(name)" }
        if !places.contains(where: Files.exists) {
            words.append("there is no program '\(name)'")
        }
        for folder in [program.directory] + program.writable
        where !folder.isEmpty && !Files.exists(folder) {
            words.append("there is no '\(folder)'")
        }
        return words.map { Diagnostic(tool.position, "\(tool.title): \($0)") }
    }
}
