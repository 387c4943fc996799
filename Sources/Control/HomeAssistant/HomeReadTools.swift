internal import Tools
internal import WireCodec

/// `home_list_devices`: the entities of the home that the model may see.
struct HomeListTool: Tool {
    /// At most this many are listed at once; the model learns how many there are.
    static let listLimit = 60

    let declaration: ToolDeclaration
    private let home: Home

    init(_ home: Home) throws(ToolDeclarationError) {
        self.home = home
        declaration = try ToolDeclaration(
            name: "\(home.name)_list_devices",
            description: "Lists the devices, sensors and scenes of the home with their states. "
                + "Narrow it by area or kind.",
            parameters: [
                "type": "object",
                "properties": [
                    "area": ["type": "string", "description": "A room or area, by its name."],
                    "kind": [
                        "type": "string",
                        "description": .string(
                            "light, switch, cover, climate, media_player, sensor, "
                                + "binary_sensor, scene and so on."),
                    ],
                ],
            ], terms: home.terms.reading)
    }

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let found = try await home.withDirectory { directory throws(HomeFault) in
            (
                directory.areas,
                try directory.entities(
                    in: arguments.string("area"), of: arguments.string("kind"))
            )
        }
        let (areas, entities) = found
        guard !entities.isEmpty else {
            return ["devices": [], "areas": .array(areas.map { .string($0) })]
        }
        let wanted = Set(entities.map(\.id))
        var states: [String: JSONValue] = [:]
        for state in try await home.rest.states() {
            guard let id = state["entity_id"]?.string, wanted.contains(id) else { continue }
            states[id] = state
        }
        var answer: JSONObject = [
            "devices": .array(
                entities.prefix(Self.listLimit).map {
                    .object(HomeReport.line($0, states[$0.id]))
                })
        ]
        if entities.count > Self.listLimit {
            answer["not_shown"] = .int(Int64(entities.count - Self.listLimit))
            answer["areas"] = .array(areas.map { .string($0) })
        }
        return .object(answer)
    }
}

/// `home_get_state`: the state of one device.
struct HomeStateTool: Tool {
    let declaration: ToolDeclaration
    private let home: Home

    init(_ home: Home) throws(ToolDeclarationError) {
        self.home = home
        declaration = try ToolDeclaration(
            name: "\(home.name)_get_state",
            description: "Tells how one device or sensor of the home stands.",
            parameters: [
                "type": "object",
                "properties": [
                    "device": [
                        "type": "string",
                        "description": "Its name, perhaps with its area, or its id.",
                    ]
                ],
                "required": ["device"],
            ], terms: home.terms.reading)
    }

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let name = arguments.string("device") ?? ""
        let entity = try await home.withDirectory { directory throws(HomeFault) in
            try directory.one(name, among: directory.entities, isStrict: false)
        }
        guard let state = try await home.rest.state(of: entity.id) else {
            throw ToolFailure("Home Assistant knows \(entity.summary) no longer")
        }
        return .object(HomeReport.whole(entity, state))
    }
}

extension ToolTerms {
    /// The same for functions that only read.
    fileprivate var reading: ToolTerms {
        var terms = self
        terms.risk = .read
        terms.confirmation = nil
        return terms
    }
}

extension HomeDirectory {
    /// The one entity that is meant; the failure names the candidates.
    func one(
        _ name: String, among entities: [HomeEntity], isStrict: Bool
    ) throws(HomeFault) -> HomeEntity {
        switch find(name, among: entities, isStrict: isStrict) {
        case .one(let entity): return entity
        case .several(let candidates):
            throw HomeFault.refused(
                "\(HomeName.quoted(name)) may be several: \(Self.list(candidates)); ask which is "
                    + "meant, and say the id")
        case .none(let near):
            throw HomeFault.unknown(
                "there is no \(HomeName.quoted(name)) that can do this; there are: "
                    + (near.isEmpty ? "none" : Self.list(near)))
        }
    }

    private static func list(_ entities: [HomeEntity]) -> String {
        entities.map(\.summary).joined(separator: "; ")
    }
}
