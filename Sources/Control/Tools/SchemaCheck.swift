package import ModelTypes

/// Checks a model's arguments, and says what is wrong in words the model can act on.
package struct SchemaCheck: Sendable {
    /// More faults than this help nobody.
    package static let maximumViolations = 8
    /// Values are quoted up to this many characters.
    static let quoteLimit = 40

    private let schema: Schema

    /// A check against one schema.
    package init(_ schema: Schema) {
        self.schema = schema
    }

    /// Every fault, outermost first, at most `maximumViolations`; empty when all is well.
    ///
    /// Each names its place, as `lights[2].level`, what was found, and what is allowed.
    package func violations(of value: JSONValue) -> [String] {
        var found: [String] = []
        Self.check(value, schema, at: "", &found)
        return Array(found.prefix(Self.maximumViolations))
    }

    private static func check(
        _ value: JSONValue, _ schema: Schema, at path: String, _ found: inout [String]
    ) {
        guard found.count < maximumViolations else { return }
        func fault(_ text: String) {
            found.append(path.isEmpty ? "the arguments \(text)" : "\(path) \(text)")
        }
        if schema.isNullable, value == .null { return }
        if !schema.choices.isEmpty, !schema.choices.contains(where: { isSame($0, value) }) {
            return fault("is \(quote(value)), but must be one of \(list(schema.choices))")
        }
        switch schema.kind {
        case .string(let length):
            guard case .string(let text) = value else { return fault(wrong("text", value)) }
            checkCount(text.count, length, "character", fault)
        case .integer(let range):
            guard let number = integer(value) else { return fault(wrong("a whole number", value)) }
            checkRange(number, range, all: Int64.min...Int64.max, fault)
        case .number(let range):
            guard let number = number(value) else { return fault(wrong("a number", value)) }
            let all = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
            checkRange(number, range, all: all, fault)
        case .boolean:
            guard case .bool = value else { return fault(wrong("true or false", value)) }
        case .null:
            guard case .null = value else { return fault(wrong("null", value)) }
        case .array(let items, let count):
            guard case .array(let values) = value else { return fault(wrong("a list", value)) }
            checkCount(values.count, count, "item", fault)
            guard let items else { return }
            for (index, item) in values.enumerated() {
                check(item, items, at: "\(path)[\(index)]", &found)
            }
        case .object(let members):
            guard case .object(let values) = value else { return fault(wrong("an object", value)) }
            checkMembers(values, members, at: path, &found)
        case .anyOf(let forms):
            found += faults(value, forms, at: path)
        case .any: break
        }
    }

    /// The faults by the form that is meant: the one that a member of the value names, else one of
    /// the value's own kind, else the one with the fewest faults.
    private static func faults(
        _ value: JSONValue, _ forms: [Schema], at path: String
    ) -> [String] {
        let all = forms.map { form in
            var found: [String] = []
            check(value, form, at: path, &found)
            return (form: form, found: found)
        }
        guard !all.contains(where: { $0.found.isEmpty }) else { return [] }
        guard case .object(let values) = value else {
            return all.map(\.found).min { $0.count < $1.count } ?? []
        }
        let objects = all.compactMap { entry in
            if case .object(let members) = entry.form.kind { (members, entry.found) } else { nil }
        }
        if let name = namingMember(objects.map(\.0)) {
            let meant = objects.filter { members, _ in
                guard let value = values[name], let choices = members[name]?.schema.choices else {
                    return false
                }
                return choices.contains { isSame($0, value) }
            }
            if let meant = meant.min(by: { $0.1.count < $1.1.count }) { return meant.1 }
            let choices = objects.flatMap { $0.0[name]?.schema.choices ?? [] }
            let place = path.isEmpty ? name : "\(path).\(name)"
            guard let value = values[name] else {
                return ["\(place) is missing; it is one of \(list(choices))"]
            }
            return ["\(place) is \(quote(value)), but must be one of \(list(choices))"]
        }
        return (objects.map(\.1).min { $0.count < $1.count })
            ?? all.map(\.found).min { $0.count < $1.count } ?? []
    }

    /// The member whose value says which of several objects is meant; nil when there is none.
    private static func namingMember(_ objects: [Schema.Members]) -> String? {
        guard objects.count > 1 else { return nil }
        return objects[0].properties.map(\.name).first { name in
            objects.allSatisfy { $0[name]?.schema.choices.isEmpty == false }
        }
    }

    private static func checkMembers(
        _ values: JSONObject, _ members: Schema.Members, at path: String, _ found: inout [String]
    ) {
        let prefix = path.isEmpty ? "" : path + "."
        for property in members.properties {
            if let value = values[property.name] {
                check(value, property.schema, at: prefix + property.name, &found)
            } else if property.isRequired {
                let choices = property.schema.choices
                let allowed = choices.isEmpty ? "" : "; it is one of \(list(choices))"
                found.append("\(prefix)\(property.name) is missing\(allowed)")
            }
        }
        guard !members.allowsOthers else { return }
        for (name, _) in values where members[name] == nil {
            let names = members.properties.map { "\"\($0.name)\"" }.joined(separator: ", ")
            found.append(
                "\(prefix)\(quote(.string(name))) is not known; "
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
        _ fault: (String) -> Void
    ) {
        guard !range.contains(number) else { return }
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

    private static func wrong(_ wanted: String, _ value: JSONValue) -> String {
        "must be \(wanted), but is \(quote(value))"
    }

    static func quote(_ value: JSONValue) -> String {
        let text = value.serialized
        return text.count <= quoteLimit ? text : text.prefix(quoteLimit) + "…"
    }

    private static func list(_ values: [JSONValue]) -> String {
        values.map(\.serialized).joined(separator: ", ")
    }

    /// A whole number, also when it is written as 3.0.
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
