internal import Text

/// What the model may see and use in a home: nothing but what is named here.
///
/// An entity is exposed when `entities` names it; or when any of the other lists is not empty, and
/// the entity is in one of the areas or has one of the labels (if any are named) and is of one of
/// the domains (if any are named). What Home Assistant hides, has disabled or counts as a device's
/// own settings is exposed only if `entities` has its full id.
package struct HomeExposure: Sendable, Equatable {
    /// "light", "cover" and so on.
    package var domains: [String]
    /// Names, aliases or ids of areas.
    package var areas: [String]
    /// Names or ids of labels, on an entity or its device.
    package var labels: [String]
    /// Entity ids; `*` stands for any characters.
    package var entities: [String]
    /// Entity ids that are not exposed, whatever the other lists say; `*` as above.
    package var exceptions: [String]

    /// Lists as the settings have them.
    package init(
        domains: [String], areas: [String], labels: [String], entities: [String],
        exceptions: [String]
    ) {
        self.domains = domains
        self.areas = areas
        self.labels = labels
        self.entities = entities
        self.exceptions = exceptions
    }

    /// Whether nothing is exposed.
    package var isEmpty: Bool {
        domains.isEmpty && areas.isEmpty && labels.isEmpty && entities.isEmpty
    }

    /// The facts about an entity that decide whether it is exposed.
    struct Candidate {
        var id: String
        /// The names of its area, in any spelling that Home Assistant knows.
        var areaNames: [String]
        var labelNames: [String]
        /// Hidden, disabled, or a device's own settings and readings.
        var isAside: Bool
    }

    func admits(_ candidate: Candidate) -> Bool {
        guard !exceptions.contains(where: { Pattern.matches(candidate.id, $0) }) else {
            return false
        }
        if let pattern = entities.first(where: { Pattern.matches(candidate.id, $0) }) {
            return !candidate.isAside || pattern == candidate.id
        }
        guard !candidate.isAside, !(domains.isEmpty && areas.isEmpty && labels.isEmpty) else {
            return false
        }
        let domain = candidate.id.prefix { $0 != "." }
        let isInPlace =
            areas.isEmpty && labels.isEmpty || Self.share(areas, candidate.areaNames)
            || Self.share(labels, candidate.labelNames)
        return isInPlace && (domains.isEmpty || domains.contains(String(domain)))
    }

    private static func share(_ wanted: [String], _ names: [String]) -> Bool {
        let names = Set(names.map(HomeName.plain))
        return wanted.contains { names.contains(HomeName.plain($0)) }
    }
}
