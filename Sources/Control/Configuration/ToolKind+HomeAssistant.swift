/// A home that the model may look at and control: `[[tool.home_assistant]]`.
package struct HomeAssistantToolSettings: ToolKind, Equatable {
    /// Where Home Assistant is.
    package var url: String
    /// A long-lived token of a user of its own.
    package var token: SecretText
    package var domains: [String]
    package var areas: [String]
    package var labels: [String]
    /// Entity ids, with `*`.
    package var entities: [String]
    /// Entity ids that are never exposed, with `*`.
    package var exceptions: [String]
    /// Entity ids that let somebody in though they do not look like it, with `*`.
    package var guarded: [String]
    /// What alarm systems and locks want to be told; empty: nothing.
    package var code: SecretText
    /// A PEM file with the authorities that are trusted; empty: the system's.
    package var authorityFile: String

    package static let name = "home_assistant"
    package static let shape = ToolShape.source
    package static let usualRisk = ToolSettings.Risk.low

    package static let example = #"""
        # Homes: what Home Assistant controls, as three functions of the model: home_list_devices,
        # home_get_state and home_control. Nothing is exposed but what the lists say: entities that
        # are named; and those in one of the areas or with one of the labels, and of one of the
        # domains, as far as these lists say anything. Reading never asks; locks, alarm systems,
        # gates and garage doors are opened after a confirmation only (by the button, unless
        # confirm says how), everything else has the risk that is given here.
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
        # guarded = ["script.open_gate"]    # lets somebody in, too; default: nothing
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
        let code = table.secret("code", isRequired: false)
        let authorities = table.path("ca_file", "")
        guard let url, let token, let domains, let areas, let labels, let entities,
            let exceptions, let guarded, let code, let authorities
        else { return nil }
        if let mistake = Words.home(url), !table.isWrong("url") {
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
            url: url, token: token, domains: domains, areas: areas, labels: labels,
            entities: entities, exceptions: exceptions, guarded: guarded,
            code: code, authorityFile: authorities)
    }

    package var secretTexts: [SecretText] { [token, code] }

    /// Domains whose entities lead nobody in.
    private static let harmless: Set<String> = [
        "light", "climate", "fan", "media_player", "sensor", "binary_sensor", "weather",
        "humidifier",
        "vacuum", "water_heater", "select", "number", "sun", "person", "calendar", "todo",
    ]

    /// Locks, gates and what is guarded by its owner are confirmed; what is exposed by an area or a
    /// label alone may be any of these.
    package var mayAsk: Bool {
        if !guarded.isEmpty { return true }
        func isHarmless(_ domain: String) -> Bool { Self.harmless.contains(domain) }
        let named = entities.map { String($0.prefix { $0 != "." }) }
        guard named.allSatisfy(isHarmless) else { return true }
        if domains.isEmpty { return !areas.isEmpty || !labels.isEmpty }
        return !domains.allSatisfy(isHarmless)
    }

    package func warnings(_ shared: ToolSettings) -> [String] {
        var warnings: [String] = []
        if domains.isEmpty, areas.isEmpty, labels.isEmpty, entities.isEmpty {
            warnings.append(
                "\(shared.title) exposes nothing of the home: name areas, labels, domains or "
                    + "entities")
        }
        if shared.confirm == .none {
            warnings.append(
                "\(shared.title) asks nobody before it opens locks, gates and garage doors: "
                    + "whoever can be heard can use it; leave confirm out, or say \"phrase\" or "
                    + "\"pin\"")
        }
        return warnings
    }

    package var members: [(key: String, toml: String)] {
        [
            ("url", url.toml), ("token", token.written.toml), ("domains", TOMLValue.list(domains)),
            ("areas", TOMLValue.list(areas)), ("labels", TOMLValue.list(labels)),
            ("entities", TOMLValue.list(entities)), ("except", TOMLValue.list(exceptions)),
            ("guarded", TOMLValue.list(guarded)), ("code", code.written.toml),
            ("ca_file", authorityFile.toml),
        ]
    }
}
