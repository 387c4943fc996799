internal import Tools
internal import WireCodec

/// `home_control`: makes Home Assistant act on a device, or on all of a kind in an area.
struct HomeControlTool: Tool {
    /// One call switches no more devices than this.
    static let targetLimit = 50
    /// A warning names no more devices than this.
    private static let namedLimit = 10
    /// Up to this number, states are requested one by one; for more, all at once.
    private static let singleLimit = 4
    /// How long to wait for the states afterwards, since the action itself is done.
    private static let reportPatience = Duration.seconds(2)

    let declaration: ToolDeclaration
    private let home: Home

    init(_ home: Home) throws(ToolDeclarationError) {
        self.home = home
        declaration = try ToolDeclaration(
            name: "\(home.name)_control",
            description: "Controls a device of the home by its name, or all devices of a kind in "
                + "an area.",
            parameters: Self.parameters, terms: home.terms)
    }

    private static var parameters: JSONValue {
        func text(_ description: String) -> JSONValue {
            ["type": "string", "description": .string(description)]
        }
        return [
            "type": "object",
            "properties": [
                "device": text("Its name, perhaps with its area, or its id."),
                "area": text("The area; without a device, for all of a kind there."),
                "kind": [
                    "type": "string", "description": "The kind, for all of an area.",
                    "enum": .array(HomeService.domains.map { .string($0) }),
                ],
                "action": [
                    "type": "string",
                    "description": "set: to percent, temperature, color, kelvin, option or value.",
                    "enum": .array(HomeAction.allCases.map { .string($0.rawValue) }),
                ],
                "percent": [
                    "type": "integer", "minimum": 0, "maximum": 100,
                    "description": "Brightness, position, speed, volume or humidity.",
                ],
                "temperature": ["type": "number", "minimum": -50, "maximum": 150],
                "color": text("A colour's name in English."),
                "kelvin": ["type": "integer", "minimum": 1000, "maximum": 12_000],
                "option": text("A mode, preset, effect, input or entry of a list."),
                "value": ["type": "number"],
            ],
            "required": ["action"],
        ]
    }

    // MARK: - Before the call

    /// An action that lets someone in asks; if the devices are not known yet, it is judged by the
    /// action alone, and again when the call is made.
    func guarding(_ arguments: ToolArguments) -> CallGuard {
        let terms = home.terms
        let plan = home.link.known.value.flatMap { try? Plan(arguments, $0) }
        let risk =
            plan.map { self.risk(of: $0) }
            ?? (Plan.action(arguments).letsInAnywhere ? .unlock : terms.risk)
        home.remember(
            arguments, HomeJudgement(risk: risk, targets: plan?.targets.map(\.id) ?? []))
        let names = plan.map { $0.targets.prefix(3).map(\.name).joined(separator: ", ") }
        return CallGuard(
            subject: names ?? arguments.string("device") ?? declaration.name, risk: risk,
            confirmation: risk.asksByDefault ? home.confirmation : nil,
            callsPerMinute: terms.callsPerMinute)
    }

    private func risk(of plan: Plan) -> ToolRisk {
        let settings = home.settings
        let rules = HomeRisk(
            plain: home.terms.risk, indirect: settings.indirectRisk ?? .low,
            guarded: settings.guarded)
        return plan.targets.map { rules.risk(of: plan.service, on: $0) }.max() ?? .unlock
    }

    // MARK: - The call

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let judgement = home.judgement(of: arguments)
        let plan = try await home.withDirectory { directory throws(HomeFault) in
            try Plan(arguments, directory)
        }
        let risk = risk(of: plan)
        // If the devices were not known when it was judged, or have changed since, the user has not
        // confirmed this.
        guard
            !risk.asksByDefault
                || judgement == HomeJudgement(risk: risk, targets: plan.targets.map(\.id))
        else {
            throw ToolFailure(
                "nothing was done: the devices were only just found, and this one lets somebody "
                    + "in; call again, so that it can be confirmed")
        }
        let less = try await unable(plan)
        try await perform(plan)
        return await report(plan, less)
    }

    /// The lamps that can do only a part of the request, which Home Assistant does not report;
    /// throws if no lamp can do all of it.
    private func unable(_ plan: Plan) async throws -> [String] {
        guard plan.service.domain == "light", !plan.service.data.isEmpty else { return [] }
        let states = await states(of: plan.targets)
        let lacks = plan.targets.compactMap { entity in
            HomeLamp(states[entity.id]).lack(plan.service.data).map { (entity.name, $0) }
        }
        guard let first = lacks.first else { return [] }
        guard lacks.count < plan.targets.count else {
            throw ToolFailure(
                "nothing was done: \(first.0) \(first.1)"
                    + (lacks.count > 1 ? ", nor can the others do all of it" : ""))
        }
        return lacks.map { "\($0.0) \($0.1)" }
    }

    /// The states of some entities, as far as they can be read.
    private func states(of entities: [HomeEntity]) async -> [String: JSONValue] {
        var states: [String: JSONValue] = [:]
        if entities.count <= Self.singleLimit {
            for entity in entities {
                states[entity.id] =
                    (try? await home.rest.state(of: entity.id, within: Self.reportPatience)) ?? nil
            }
        } else {
            for state in (try? await home.rest.states(within: Self.reportPatience)) ?? [] {
                if let id = state["entity_id"]?.string { states[id] = state }
            }
        }
        return states
    }

    private func perform(_ plan: Plan) async throws {
        let ids = plan.targets.map(\.id)
        var service = plan.service
        let code = try plan.takesCode ? home.code() : nil
        if let code { service.data["code"] = .string(code.revealed) }
        guard await home.link.standing(within: .zero) == .ready else {
            return try await home.rest.call(service, on: ids)
        }
        switch await home.link.call(service, on: ids) {
        case .done: return
        case .refused(let words):
            let said = HiddenSecrets([code].compactMap { $0 }).hide(in: words)
            throw ToolFailure("Home Assistant refused it: \(HomeWords.cut(said))")
        case .unknown(let why):
            try Task.checkCancellation()
            throw ToolFailure(
                "whether it was done is not known, as the connection to Home Assistant ended "
                    + "(\(why)); look how things stand, and do not simply repeat it")
        }
    }

    /// The states afterwards; that it was done is reported even if they cannot be read.
    private func report(_ plan: Plan, _ less: [String]) async -> JSONValue {
        let states = await states(of: plan.targets)
        var answer: JSONObject = [
            "called": .string("\(plan.service.domain).\(plan.service.service)")
        ]
        // Home Assistant itself reports neither.
        let away = plan.targets.filter { HomeReport.isAway(states[$0.id]) }.map(\.name)
        var warnings: [String] = []
        if !away.isEmpty {
            warnings.append(
                "Home Assistant does not reach: \(away.joined(separator: ", ")); nothing happened "
                    + "there")
        }
        if !less.isEmpty {
            warnings.append(
                "not all was done everywhere: "
                    + less.prefix(Self.namedLimit).joined(separator: "; "))
        }
        if !warnings.isEmpty { answer["warning"] = .string(warnings.joined(separator: ". ")) }
        answer["devices"] = .array(
            plan.targets.map { entity in
                guard let state = states[entity.id] else {
                    return ["name": .string(entity.name)]
                }
                return plan.targets.count == 1
                    ? .object(HomeReport.whole(entity, state))
                    : .object(HomeReport.line(entity, state))
            })
        return .object(answer)
    }
}

extension HomeControlTool {
    /// What to do with which devices.
    struct Plan {
        let action: HomeAction
        let targets: [HomeEntity]
        let service: HomeService

        /// Finds what the arguments mean; the failure says what they could mean.
        init(_ arguments: ToolArguments, _ directory: HomeDirectory) throws(HomeFault) {
            action = Self.action(arguments)
            targets = try Self.targets(arguments, action, directory)
            service = try HomeService(
                action, HomeValues(arguments), on: targets.first?.domain ?? "")
        }

        /// Whether the called domain may ask for a code.
        var takesCode: Bool { ["alarm_control_panel", "lock"].contains(service.domain) }

        static func action(_ arguments: ToolArguments) -> HomeAction {
            guard let action = arguments.string("action").flatMap(HomeAction.init) else {
                preconditionFailure("arguments that do not fit the schema were let through")
            }
            return action
        }

        private static func targets(
            _ arguments: ToolArguments, _ action: HomeAction, _ directory: HomeDirectory
        ) throws(HomeFault) -> [HomeEntity] {
            let kind = arguments.string("kind")
            let all = try directory.entities(in: arguments.string("area"), of: kind)
            if let name = arguments.string("device") {
                // Of two devices of the same name, the one that can do it is meant.
                let able = all.filter {
                    HomeService.actions(on: $0.domain).contains(action) || $0.id == name
                }
                return [try directory.one(name, among: able, isStrict: action.letsInAnywhere)]
            }
            guard let kind else {
                throw HomeFault.refused(
                    "nothing was done: say which device, or a kind for all of an area")
            }
            guard !all.isEmpty else {
                throw HomeFault.unknown("nothing was done: there is no \(kind) there")
            }
            guard all.count <= targetLimit else {
                throw HomeFault.refused(
                    "nothing was done: these are \(all.count) devices; name an area, "
                        + "\(targetLimit) at most are switched at once")
            }
            return all
        }
    }
}

extension HomeValues {
    /// The values that the model gave with the action.
    init(_ arguments: ToolArguments) {
        self.init(
            percent: arguments.integer("percent"),
            temperature: arguments["temperature"]?.double, color: arguments.string("color"),
            kelvin: arguments.integer("kelvin"), option: arguments.string("option"),
            value: arguments["value"]?.double)
    }
}
