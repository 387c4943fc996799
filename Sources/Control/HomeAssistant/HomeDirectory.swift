internal import Text

/// Something in a home that the model may see.
struct HomeEntity: Sendable, Equatable {
    /// "light.kitchen_ceiling".
    let id: String
    /// Its name for people.
    var name: String
    var aliases: [String] = []
    /// The name of its area.
    var area: String?
    /// "garage", "temperature" and so on.
    var deviceClass: String?

    /// "light".
    var domain: String { String(id.prefix { $0 != "." }) }

    /// Its description for the model.
    var summary: String {
        "\(name) (\(domain)\(area.map { " in \($0)" } ?? ""), \(id))"
    }
}

/// Everything in a home that the model may see.
struct HomeDirectory: Sendable, Equatable {
    /// More entities are left out, in the order of their ids; no user speaks about more.
    static let entityLimit = 1000
    /// At most this many candidates are listed when a name is ambiguous or unknown.
    static let candidateLimit = 10

    /// In the order of their ids.
    let entities: [HomeEntity]
    /// How many were left out.
    let leftOut: Int

    /// The entities of a home; those beyond the limit are left out.
    init(_ entities: [HomeEntity]) {
        let sorted = entities.sorted { $0.id < $1.id }
        self.entities = Array(sorted.prefix(Self.entityLimit))
        leftOut = max(0, sorted.count - Self.entityLimit)
    }

    /// The names of the areas that have something in them.
    var areas: [String] { Set(entities.compactMap(\.area)).sorted() }

    /// The entities in an area (by its name, in any spelling) and of a domain; nil means any.
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

    /// The result of looking up a name.
    enum Match: Equatable {
        case one(HomeEntity)
        case several([HomeEntity])
        /// With those of similar names.
        case none([HomeEntity])
    }

    /// The entity that is meant by a name, an alias, a name with its area, or an id.
    ///
    /// An exact match wins over a near one; among equal matches none is chosen. `isStrict`: a
    /// similar spelling does not count, since a wrong guess would do harm.
    func find(_ name: String, among entities: [HomeEntity], isStrict: Bool) -> Match {
        if let exact = entities.first(where: { $0.id == name }) { return .one(exact) }
        let wanted = HomeName.plain(name)
        // An id means one entity; a name with only a word of it is another.
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

    /// The words that may be said for it under one of its names, including its area and its kind.
    fileprivate func words(with spelling: String) -> Set<String> {
        Set(HomeName.words(spelling) + HomeName.words(area ?? "") + HomeName.words(domain))
    }

    fileprivate func distance(to wanted: String) -> Int {
        spellings.map { Spelling.distance(wanted, $0) }.min() ?? .max
    }
}
