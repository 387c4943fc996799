package import WireCodec

/// Checks a model's arguments, and reports faults in words that the model can act on.
package struct SchemaCheck: Sendable {
    /// The limit of faults; more would not help the model.
    package static let maximumViolations = 8
    /// Values are quoted up to this many characters.
    package static let quoteLimit = 40

    private let schema: Schema
    /// Values under these names, in lower case, are not quoted.
    private let hidden: Set<String>

    /// A check against one schema; faults do not quote the values of arguments named in `hidden`.
    package init(_ schema: Schema, hiding hidden: Set<String> = []) {
        self.schema = schema
        self.hidden = hidden
    }

    /// All faults, outermost first, at most `maximumViolations`; empty when there is none.
    ///
    /// Each has its position, such as `lights[2].level`, what was found, and what is allowed.
    package func violations(of value: JSONValue) -> [String] {
        var found: [String] = []
        check(value, schema, Place(path: "", isHidden: false), &found)
        return Array(found.prefix(Self.maximumViolations))
    }

    /// The position of a value, and whether the value may be quoted.
    private struct Place {
        var path: String
        var isHidden: Bool

        func quote(_ value: JSONValue) -> String {
            isHidden ? "(hidden)" : SchemaCheck.quote(value)
        }
    }

    private func check(
        _ value: JSONValue, _ schema: Schema, _ place: Place, _ found: inout [String]
    ) {
        guard found.count < Self.maximumViolations else { return }
        func fault(_ text: String) {
            found.append(place.path.isEmpty ? "the arguments \(text)" : "\(place.path) \(text)")
        }
        func wrong(_ wanted: String) {
            fault("must be \(wanted), but is \(place.quote(value))")
        }
        if schema.isNullable, value == .null { return }
        if !schema.choices.isEmpty, !schema.choices.contains(where: { Self.isSame($0, value) }) {
            return fault(
                "is \(place.quote(value)), but must be one of \(Self.list(schema.choices))")
        }
        switch schema.kind {
        case .string(let length):
            guard case .string(let text) = value else { return wrong("text") }
            Self.checkCount(text.count, length, "character", fault)
        case .integer(let range):
            guard let number = Self.integer(value) else { return wrong("a whole number") }
            Self.checkRange(
                number, range, all: Int64.min...Int64.max, place.isHidden, fault)
        case .number(let range):
            guard let number = Self.number(value) else { return wrong("a number") }
            let all = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
            Self.checkRange(number, range, all: all, place.isHidden, fault)
        case .boolean:
            guard case .bool = value else { return wrong("true or false") }
        case .null:
            guard case .null = value else { return wrong("null") }
        case .array(let items, let count):
            guard case .array(let values) = value else { return wrong("a list") }
            Self.checkCount(values.count, count, "item", fault)
            guard let items else { return }
            for (index, item) in values.enumerated() {
                guard found.count < Self.maximumViolations else { return }
                let inner = Place(path: "\(place.path)[\(index)]", isHidden: place.isHidden)
                check(item, items, inner, &found)
            }
        case .object(let members):
            guard case .object(let values) = value else { return wrong("an object") }
            checkMembers(values, members, place, &found)
        case .anyOf(let forms):
            found += faults(value, forms, place)
        case .any: break
        }
    }

    /// The faults according to the intended form: the one that a member of the value names,
    /// otherwise one of the value's own kind, otherwise the one with the fewest faults.
    private func faults(
        _ value: JSONValue, _ forms: [Schema], _ place: Place
    ) -> [String] {
        let all = forms.map { form in
            var found: [String] = []
            check(value, form, place, &found)
            return (form: form, found: found)
        }
        guard !all.contains(where: { $0.found.isEmpty }) else { return [] }
        guard case .object(let values) = value else {
            return all.map(\.found).min { $0.count < $1.count } ?? []
        }
        let objects = all.compactMap { entry in
            if case .object(let members) = entry.form.kind { (members, entry.found) } else { nil }
        }
        if let name = Self.namingMember(objects.map(\.0)) {
            let meant = objects.filter { members, _ in
                guard let value = values[name], let choices = members[name]?.schema.choices else {
                    return false
                }
                return choices.contains { Self.isSame($0, value) }
            }
            if let meant = meant.min(by: { $0.1.count < $1.1.count }) { return meant.1 }
            let choices = objects.flatMap { $0.0[name]?.schema.choices ?? [] }
            let inner = Place(
                path: place.path.isEmpty ? name : "\(place.path).\(name)",
                isHidden: place.isHidden || HiddenArguments.isHidden(name, hidden))
            guard let value = values[name] else {
                return ["\(inner.path) is missing; it is one of \(Self.list(choices))"]
            }
            let found = inner.quote(value)
            return ["\(inner.path) is \(found), but must be one of \(Self.list(choices))"]
        }
        return (objects.map(\.1).min { $0.count < $1.count })
            ?? all.map(\.found).min { $0.count < $1.count } ?? []
    }

    /// The member whose value shows which of several objects is intended; nil when there is none.
    private static func namingMember(_ objects: [Schema.Members]) -> String? {
        guard objects.count > 1 else { return nil }
        return objects[0].properties.map(\.name).first { name in
            objects.allSatisfy { $0[name]?.schema.choices.isEmpty == false }
        }
    }

    private func checkMembers(
        _ values: JSONObject, _ members: Schema.Members, _ place: Place, _ found: inout [String]
    ) {
        let prefix = place.path.isEmpty ? "" : place.path + "."
        for property in members.properties {
            guard found.count < Self.maximumViolations else { return }
            if let value = values[property.name] {
                let isHidden =
                    place.isHidden || HiddenArguments.isHidden(property.name, hidden)
                check(
                    value, property.schema,
                    Place(path: prefix + property.name, isHidden: isHidden), &found)
            } else if property.isRequired {
                let choices = property.schema.choices
                let allowed = choices.isEmpty ? "" : "; it is one of \(Self.list(choices))"
                found.append("\(prefix)\(property.name) is missing\(allowed)")
            }
        }
        guard !members.allowsOthers else { return }
        let declared = Set(members.properties.map(\.name))
        let names = members.properties.map { "\"\($0.name)\"" }.joined(separator: ", ")
        for (name, _) in values where !declared.contains(name) {
            guard found.count < Self.maximumViolations else { return }
            found.append(
                "\(prefix)\(place.quote(.string(name))) is not known; "
                    + (names.isEmpty ? "there are no parameters" : "known are \(names)"))
        }
    }

    private static func checkCount(
        _ count: Int, _ range: ClosedRange<Int>, _ unit: String, _ fault: (String) -> Void
    ) {
        if count < range.lowerBound {
            fault("has \(count) \(unit)s, but needs at least \(range.lowerBound)")
        } else if count > range.upperBound {
            fault("has \(count) \(unit)s, but may have at most \(range.upperBound)")
        }
    }

    private static func checkRange<Number: Comparable>(
        _ number: Number, _ range: ClosedRange<Number>, all: ClosedRange<Number>,
        _ isHidden: Bool, _ fault: (String) -> Void
    ) {
        guard !range.contains(number) else { return }
        let number = isHidden ? "(hidden)" : "\(number)"
        if range.lowerBound == all.lowerBound {
            fault("is \(number), but must be at most \(range.upperBound)")
        } else if range.upperBound == all.upperBound {
            fault("is \(number), but must be at least \(range.lowerBound)")
        } else {
            fault(
                "is \(number), but must be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    // MARK: - Values

    static func quote(_ value: JSONValue) -> String {
        let text = value.serialized
        return text.count <= quoteLimit ? text : text.prefix(quoteLimit) + "…"
    }

    private static func list(_ values: [JSONValue]) -> String {
        values.map(\.serialized).joined(separator: ", ")
    }

    /// A whole number, even if it is written as 3.0.
    static func integer(_ value: JSONValue) -> Int64? {
        switch value {
        case .int(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number.isFinite ? number : nil
        default: nil
        }
    }

    private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        if let one = number(one), let other = number(other) { return one == other }
        return one == other
    }
}
