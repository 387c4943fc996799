internal import Configuration
internal import Text
internal import WireCodec

/// Finds the broker of the home, and tries it.
struct BrokerStep {
    /// The secret that holds the password.
    static let secretName = "mqtt-password"
    /// After this number of refusals the step ends.
    static let tryLimit = 3
    /// The port on which brokers encrypt.
    private static let encryptedPort = 8883
    /// Longer than any password (bytes).
    private static let passwordLimit = 4000

    let world: SetupWorld
    let dialog: Dialog

    func run(_ draft: inout SetupDraft, _ settings: Settings) throws {
        dialog.say(
            "With a broker (MQTT) the device appears in Home Assistant by itself, and can use "
                + "[[tool.mqtt]].")
        guard let server = try server() else { return }
        for _ in 0..<Self.tryLimit {
            var candidate = draft
            candidate.set(Keys.mqtt.host, to: server.host)
            candidate.set(Keys.mqtt.port, to: server.port)
            candidate.set(Keys.mqtt.tls, to: server.port == Self.encryptedPort)
            let user = try dialog.text("The user (Enter: none):")
            candidate.set(Keys.mqtt.user, to: user ?? "")
            let password = user == nil ? nil : try password()
            candidate.brokerPassword = password
            candidate.set(
                Keys.mqtt.password, to: password == nil ? "" : "{secret:\(Self.secretName)}")
            do {
                let words = try world.farEnds.tryBroker(
                    candidate.applied(to: settings), password: password)
                dialog.say("The broker works: \(words.visible)")
                draft = candidate
                return
            } catch {
                dialog.say("It does not work: \("\(error)".visible)")
            }
            if try dialog.yes("Keep it anyway?", default: false) {
                draft = candidate
                return
            }
            guard try dialog.yes("Try another user?", default: true) else { return }
        }
    }

    /// The broker, found or named; nil: none is wanted.
    private func server() throws -> FoundServer? {
        var found: [FoundServer] = []
        do {
            found = try world.farEnds.brokers()
            if found.isEmpty { dialog.say("No broker announces itself in this network.") }
        } catch {
            dialog.say("\("\(error)".visible)")
        }
        if !found.isEmpty {
            let options = found.map { "\($0.name), \($0.host):\($0.port)" }
            if let number = try dialog.choose(
                "Which?", among: options, none: "name one, or none")
            {
                return found[number]
            }
        }
        guard let typed = try dialog.text("Its host, or HOST:PORT (Enter: leave it as it is):")
        else { return nil }
        return Self.server(typed)
    }

    /// A host with or without a port, as people type it.
    static func server(_ typed: String) -> FoundServer {
        let parts = typed.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, let port = Int(parts[1]), (1...65_535).contains(port) {
            return FoundServer(name: typed, host: String(parts[0]), port: port)
        }
        return FoundServer(name: typed, host: typed, port: 0)
    }

    private func password() throws -> Secret? {
        guard let typed = try dialog.secret("The password (Enter: none):") else { return nil }
        guard typed.utf8.count <= Self.passwordLimit,
            typed.unicodeScalars.allSatisfy({ $0 >= " " && $0 != "\u{7F}" && $0 != "\u{FFFD}" })
        else {
            dialog.say("A password is one line of text; this one is left out.")
            return nil
        }
        return Secret(typed)
    }
}

/// What `avahi-browse --parsable --resolve` says of services.
enum ServiceBrowse {
    /// No more servers are offered.
    static let limit = 16

    /// The servers in its output: of several addresses of one the first, IPv4 before IPv6.
    static func servers(in output: String) -> [FoundServer] {
        var found: [(server: FoundServer, isOld: Bool)] = []
        // =;eth0;IPv4;Mosquitto\032on\032hub;_mqtt._tcp;local;hub.local;192.0.2.7;1883;"…"
        for line in output.split(separator: "\n") {
            let fields = line.split(separator: ";", omittingEmptySubsequences: false)
            guard fields.count >= 9, fields[0] == "=", let port = Int(fields[8]),
                (1...65_535).contains(port), !fields[7].isEmpty
            else { continue }
            // An address of the link alone says nothing without its interface.
            guard !fields[7].lowercased().hasPrefix("fe80:") else { continue }
            let server = FoundServer(
                name: unescaped(fields[3]), host: String(fields[7]), port: port)
            let isOld = fields[2] == "IPv4"
            if let at = found.firstIndex(where: {
                $0.server.name == server.name && $0.server.port == port
            }) {
                if isOld, !found[at].isOld { found[at] = (server, true) }
            } else if found.count < limit {
                found.append((server, isOld))
            }
        }
        return found.map(\.server)
    }

    /// A name with `\032` in the place of a blank, by decimal bytes.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if digits.utf8.count == 3, let value = UInt8(digits) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else if let next = rest.popFirst() {
                bytes.append(next)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
