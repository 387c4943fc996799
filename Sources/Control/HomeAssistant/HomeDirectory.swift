internal import Text

/// Something in a home that the model may see.
struct HomeEntity: Sendable, Equatable {
    /// "light.kitchen_ceiling".
    let id: String
    /// As people call it.
    var name: String
    var aliases: [String] = []
    /// The name of its area.
    var area: String?
    /// "garage", "temperature" and so on.
    var deviceClass: String?

    /// "light".
    var domain: String { String(id.prefix { $0 != "." }) }

    /// What it is, in words for the model.
    var summary: String {
        "\(name) (\(domain)\(area.map { " in \($0)" } ?? ""), \(id))"
    }
}

/// All that the model may see of a home.
struct HomeDirectory: Sendable, Equatable {
    /// More entities are left out, in the order of their ids; nobody speaks about more.
    static let entityLimit = 1000
    /// More candidates are not listed when a name is ambiguous or unknown.
    static let candidateLimit = 10

    /// In the order of their ids.
    let entities: [HomeEntity]
    /// How many were left out.
    let leftOut: Int

    /// Those of a home; too many are left out.
    init(_ entities: [HomeEntity]) {
        let sorted = entities.sorted { $0.id < $1.id }
        self.entities = Array(sorted.prefix(Self.entityLimit))
        leftOut = max(0, sorted.count - Self.entityLimit)
    }

    /// The names of the areas that have something in them.
    var areas: [String] { Set(entities.compactMap(\.area)).sorted() }

    /// The entities in an area (by its name, however written) and of a domain; nil means any.
    func entities(in area: String?, of domain: String?) throws(HomeFault) -> [HomeEntity] {
        let name = try area.map { area throws(HomeFault) in try known(area: area) }
        return entities.filter { entity in
            (name == nil || entity.area == name) && (domain == nil || entity.domain == domain)
        }
    }

    private func known(area: String) throws(HomeFault) -> String {
        let wanted = HomeName.plain(area)
        let near = areas.map { ($0, Spelling.distance(wanted, HomeName.plain($0))) }
            .min { $0.1 < $1.1 }
        if let near, near.1 <= wanted.count / 5 { return near.0 }
        throw HomeFault.unknown(
            "there is no area \(HomeName.quoted(area)); there are: "
                + (areas.isEmpty ? "none" : areas.joined(separator: ", ")))
    }

    /// What came of a name.
    enum Match: Equatable {
        case one(HomeEntity)
        case several([HomeEntity])
        /// With those that are called alike.
        case none([HomeEntity])
    }

    /// The entity that is meant by a name, an alias, a name with its area, or an id.
    ///
    /// The exact counts over the near; among equals nobody is chosen. `isStrict`: what is only
    /// spelled alike does not count, since a wrong guess would do harm.
    func find(_ name: String, among entities: [HomeEntity], isStrict: Bool) -> Match {
        if let exact = entities.first(where: { $0.id == name }) { return .one(exact) }
        let wanted = HomeName.plain(name)
        // An id means one thing; what only has a word of it in its name is another.
        guard !wanted.isEmpty, !HomeName.isID(name) else { return .none([]) }
        let said = Set(wanted.split(separator: " ").map(String.init))
        let tiers: [(HomeEntity) -> Bool] = [
            { $0.spellings.contains(wanted) },
            { entity in entity.spellings.contains { said == entity.words(with: $0) } },
            { entity in entity.spellings.contains { said.isSubset(of: entity.words(with: $0)) } },
            { entity in entity.spellings.contains { said.isSuperset(of: HomeName.words($0)) } },
        ]
        for tier in isStrict ? tiers.dropLast() : tiers[...] {
            let found = entities.filter(tier)
            if found.count == 1 { return .one(found[0]) }
            if found.count > 1 { return .several(Array(found.prefix(Self.candidateLimit))) }
        }
        let near = entities.map { ($0, $0.distance(to: wanted)) }.sorted { $0.1 < $1.1 }
        let close = near.filter { $0.1 <= max(1, wanted.count / 5) }
        if let best = close.first, !isStrict {
            let equals = close.filter { $0.1 == best.1 }.map(\.0)
            return equals.count == 1
                ? .one(best.0) : .several(Array(equals.prefix(Self.candidateLimit)))
        }
        return .none(near.prefix(Self.candidateLimit).map(\.0))
    }
}

extension HomeEntity {
    /// Its names, comparable.
    fileprivate var spellings: [String] {
        ([name] + aliases).map { HomeName.plain($0) }
    }

    /// The words that may be said for it under one of its names: where it is and what it is, too.
    fileprivate func words(with spelling: String) -> Set<String> {
        Set(HomeName.words(spelling) + HomeName.words(area ?? "") + HomeName.words(domain))
    }

    fileprivate func distance(to wanted: String) -> Int {
        spellings.map { Spelling.distance(wanted, $0) }.min() ?? .max
    }
}
