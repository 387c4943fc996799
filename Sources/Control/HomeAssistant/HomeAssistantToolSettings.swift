package import Configuration
internal import ModelTypes
package import Tools
internal import WireCodec

/// A home that the model may read and control: `[[tool.home_assistant]]`.
package struct HomeAssistantToolSettings: ToolKind, Equatable {
    /// Where Home Assistant is.
    package var url: String
    /// A long-lived token of a separate user.
    package var token: SecretText
    package var exposure: HomeExposure
    /// Ids of entities that let someone in although they do not look like it, with `*`.
    package var guarded: [String]
    /// The risk of scripts, scenes, automations, buttons, switches and helpers, which may do
    /// anything; nil: not set, and low.
    package var indirectRisk: ToolRisk?
    /// The code that alarm systems and locks ask for; empty: none.
    package var code: SecretText
    /// A PEM file with the authorities that are trusted; empty: the system's.
    package var authorityFile: String

    package static let name = "home_assistant"
    package static let shape = ToolShape.source
    package static let usualRisk = ToolRisk.low

    package static let example = #"""
        # Homes: what Home Assistant controls, as three functions of the model: home_list_devices,
        # home_get_state and home_control. Only what the lists say is exposed: entities that are
        # named; and entities that are in one of the areas or have one of the labels, and are of
        # one of the domains, if these lists are given. Reading never asks. What may let someone in
        # needs a confirmation (by the button, unless confirm says how): unlocking locks, disarming
        # alarm systems, and opening covers that are doors, garage doors, gates or windows, or do
        # not say what they are (their "Show as" in Home Assistant does; blinds, curtains, shades,
        # shutters and awnings do not ask); opening valves also does, except for water.
        # Scripts, scenes, automations, buttons, switches and helpers may do anything, even open a
        # door: they have the risk of indirect_risk. Everything else has the risk that is given
        # here.
        #
        # [[tool.home_assistant]]
        # name = "home"                # the functions' names begin with it
        # url = "http://homeassistant.local:8123"
        # token = "{secret:home-assistant}"    # a long-lived access token, see tools.secrets_dir
        # domains = ["light", "switch", "cover", "climate", "media_player", "scene", "sensor"]
        # areas = ["Kitchen", "Living Room"]
        # labels = ["voice"]
        # entities = ["lock.front_door", "script.good_night_*"]
        # except = ["switch.freezer"]  # never exposed; default: nothing
        # guarded = ["script.open_gate"]    # these let someone in, too; default: nothing
        # indirect_risk = "low"        # of scripts and so on: "high" and "unlock" ask; default: low
        # code = ""                    # for alarm systems and locks: "{secret:alarm}"; default
        # ca_file = ""                 # the authority of its own certificate (PEM); default

        """#

    package static func read(_ table: inout TableReader) -> HomeAssistantToolSettings? {
        let url = table.text("url")
        let token = table.secret("token")
        let domains = table.strings("domains", [])
        let areas = table.strings("areas", [])
        let labels = table.strings("labels", [])
        let entities = table.strings("entities", [])
        let exceptions = table.strings("except", [])
        let guarded = table.strings("guarded", [])
        let indirect = table.choice("indirect_risk", ToolRisk.low)
        let code = table.secret("code", isRequired: false)
        let authorities = table.path("ca_file", "")
        guard let url, let token, let domains, let areas, let labels, let entities,
            let exceptions, let guarded, let indirect, let code, let authorities
        else { return nil }
        if let mistake = mistake(inAddress: url), !table.isWrong("url") {
            let found = TOMLValue.string(url)
            table.note("url", (found.mayBeSecret ? "" : "is \(found.shown): ") + mistake)
        }
        for (key, ids) in [("entities", entities), ("except", exceptions), ("guarded", guarded)] {
            for id in ids where !id.contains(".") && id != "*" {
                table.note(
                    key, "holds \(TOMLValue.string(id).shown); write entity ids such as light.desk")
            }
        }
        for domain in domains where domain.contains(".") {
            table.note(
                "domains",
                "holds \(TOMLValue.string(domain).shown); write domains such as light")
        }
        return HomeAssistantToolSettings(
            url: url, token: token,
            exposure: HomeExposure(
                domains: domains, areas: areas, labels: labels, entities: entities,
                exceptions: exceptions), guarded: guarded,
            indirectRisk: table.has("indirect_risk") ? indirect : nil, code: code,
            authorityFile: authorities)
    }

    package var secretTexts: [SecretText] { [token, code] }

    /// What is wrong with the address of Home Assistant; nil if nothing is.
    private static func mistake(inAddress text: String) -> String? {
        let right = "write scheme, host and port, such as \"http://homeassistant.local:8123\""
        guard let mark = text.firstRange(of: "://") else {
            return "it must begin with http:// or https://; \(right)"
        }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            return "it must begin with http:// or https://, not with \(scheme)://; \(right)"
        }
        let rest = text[mark.upperBound...]
        let place = rest.prefix { !"/?#".contains($0) }
        if place.contains("@") { return "a password does not belong here; \(right)" }
        if place.isEmpty || place.hasPrefix(":") || text.contains(where: \.isWhitespace) {
            return "it names no host; \(right)"
        }
        let behind = rest[place.endIndex...]
        if !behind.isEmpty, behind != "/" {
            return "\"\(shortened(String(behind)))\" does not belong to it; write \""
                + "\(scheme)://\(place)\""
        }
        let port = place.hasSuffix("]") ? nil : place.lastIndex(of: ":")
        if let port, !(1...65_535).contains(Int(place[place.index(after: port)...]) ?? 0) {
            return "its port is not a number from 1 to 65535; \(right)"
        }
        return nil
    }

    package var files: [(key: String, path: String)] { [("ca_file", authorityFile)] }

    // Calls the list of devices as the model would, which never asks for a confirmation.
    package func probe(_ shared: ToolSettings) -> ToolProbe? {
        ToolProbe(function: "\(shared.name)_list_devices", place: url) { result in
            let count = result?["devices"]?.array?.count ?? 0
            return count > 0
                ? .works("answers and exposes \(count) devices")
                : .weak(
                    "answers, but nothing of the home is exposed: see areas, labels, domains and "
                        + "entities")
        }
    }

    /// Domains whose entities may do anything.
    private static let indirectDomains: Set<String> = [
        "script", "scene", "automation", "button", "input_button", "switch", "input_boolean",
        "number", "input_number", "select", "input_select", "remote",
    ]
    /// Domains with entities that let someone in.
    private static let guardedDomains: Set<String> = [
        "lock", "cover", "alarm_control_panel", "valve",
    ]

    /// Whether something may be exposed that needs a confirmation, so that there must be a way to
    /// confirm.
    package var mayAsk: Bool {
        let asksIndirectly = [.high, .unlock].contains(indirectRisk)
        return !guarded.isEmpty || mayExpose(Self.guardedDomains)
            || (asksIndirectly && mayExpose(Self.indirectDomains))
    }

    /// Whether an entity of one of these domains may be exposed, judging by the settings.
    private func mayExpose(_ wanted: Set<String>) -> Bool {
        let domains = exposure.domains
        let isByList = !(domains.isEmpty && exposure.areas.isEmpty && exposure.labels.isEmpty)
        if isByList, domains.isEmpty || domains.contains(where: wanted.contains) { return true }
        return exposure.entities.contains { id in
            let domain = id.prefix { $0 != "." }
            return domain.contains("*") || wanted.contains(String(domain))
        }
    }

    package func warnings(_ shared: ToolSettings) -> [String] {
        var warnings: [String] = []
        if exposure.isEmpty {
            warnings.append(
                "\(shared.title) exposes nothing of the home: name areas, labels, domains or "
                    + "entities")
        }
        if shared.confirm == .never {
            warnings.append(
                "\(shared.title) does not ask before it opens locks, gates and garage doors: "
                    + "anyone who can be heard can use it; leave confirm out, or say \"phrase\" or "
                    + "\"pin\"")
        }
        if indirectRisk == nil, mayExpose(Self.indirectDomains) {
            warnings.append(
                "\(shared.title) uses scripts, scenes, automations, buttons, switches and helpers "
                    + "without asking, and one of them may open a door: name it in guarded, or say "
                    + "indirect_risk = \"unlock\"; indirect_risk = \"low\" says that none does")
        }
        return warnings
    }

    package var members: [(key: String, toml: String)] {
        [
            ("url", url.toml), ("token", token.written.toml),
            ("domains", TOMLValue.list(exposure.domains)),
            ("areas", TOMLValue.list(exposure.areas)), ("labels", TOMLValue.list(exposure.labels)),
            ("entities", TOMLValue.list(exposure.entities)),
            ("except", TOMLValue.list(exposure.exceptions)),
            ("guarded", TOMLValue.list(guarded)),
            ("indirect_risk", (indirectRisk ?? .low).rawValue.toml), ("code", code.written.toml),
            ("ca_file", authorityFile.toml),
        ]
    }
}
