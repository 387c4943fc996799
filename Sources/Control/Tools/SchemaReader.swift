internal import WireCodec

/// Reads a schema out of JSON, keyword by keyword.
enum SchemaReader {
    private static let annotations: Set = [
        "type", "enum", "title", "description", "default", "example",
    ]

    private static let keywords: [String: Set<String>] = [
        "string": ["minLength", "maxLength"],
        "integer": ["minimum", "maximum"],
        "number": ["minimum", "maximum"],
        "boolean": [],
        "null": [],
        "array": ["items", "minItems", "maxItems"],
        "object": ["properties", "required", "additionalProperties"],
    ]

    static func read(
        _ json: JSONValue, at path: String, depth: Int
    ) throws(SchemaError) -> Schema {
        guard depth < Schema.maximumDepth else {
            throw SchemaError(path: path, problem: "nests deeper than \(Schema.maximumDepth)")
        }
        let members = SchemaMembers(path: path, values: try members(of: json, at: path))
        let type = try type(of: members)
        try refuseUnknown(in: members, type: type)
        let kind = try kind(type, members, depth: depth)
        return Schema(kind: kind, choices: try choices(of: members, kind: kind))
    }

    private static func members(
        of json: JSONValue, at path: String
    ) throws(SchemaError) -> JSONObject {
        guard case .object(let members) = json else {
            throw SchemaError(path: path, problem: "is not an object")
        }
        return members
    }

    private static func type(of members: SchemaMembers) throws(SchemaError) -> String {
        guard case .string(let name)? = members["type"], keywords[name.lowercased()] != nil else {
            throw SchemaError(
                path: members.path,
                problem:
                    "needs a \"type\", one of \(keywords.keys.sorted().joined(separator: ", "))")
        }
        return name.lowercased()
    }

    private static func refuseUnknown(
        in members: SchemaMembers, type: String
    ) throws(SchemaError) {
        let allowed = annotations.union(keywords[type] ?? [])
        for (key, _) in members.values where !allowed.contains(key) {
            throw SchemaError(
                path: members.path,
                problem:
                    "\"\(key)\" is not supported for type \(type); supported are "
                    + allowed.sorted().joined(separator: ", "))
        }
    }

    private static func kind(
        _ type: String, _ members: SchemaMembers, depth: Int
    ) throws(SchemaError) -> Schema.Kind {
        switch type {
        case "string": .string(length: try members.count("minLength", "maxLength"))
        case "integer": .integer(try members.integers("minimum", "maximum"))
        case "number": .number(try members.numbers("minimum", "maximum"))
        case "boolean": .boolean
        case "array":
            .array(
                of: try items(of: members, depth: depth),
                count: try members.count("minItems", "maxItems"))
        case "object": .object(try object(members, depth: depth))
        default: .null
        }
    }

    private static func items(
        of members: SchemaMembers, depth: Int
    ) throws(SchemaError) -> Schema? {
        guard let items = members["items"] else { return nil }
        return try read(items, at: members.path + ".items", depth: depth + 1)
    }

    private static func object(
        _ members: SchemaMembers, depth: Int
    ) throws(SchemaError) -> Schema.Members {
        let required = try members.strings("required")
        var properties: [Schema.Property] = []
        if let declared = members["properties"] {
            let path = members.path + ".properties"
            for (name, json) in try self.members(of: declared, at: path) {
                let schema = try read(json, at: "\(path).\(name)", depth: depth + 1)
                properties.append(
                    Schema.Property(
                        name: name, schema: schema, isRequired: required.contains(name)))
            }
        }
        let names = properties.map(\.name)
        if let unknown = required.first(where: { !names.contains($0) }) {
            throw SchemaError(
                path: members.path + ".required",
                problem: "\"\(unknown)\" is not among the properties")
        }
        return Schema.Members(
            properties: properties,
            allowsOthers: try members.flag("additionalProperties") ?? false)
    }

    private static func choices(
        of members: SchemaMembers, kind: Schema.Kind
    ) throws(SchemaError) -> [JSONValue] {
        guard let json = members["enum"] else { return [] }
        let path = members.path + ".enum"
        guard case .array(let choices) = json, !choices.isEmpty else {
            throw SchemaError(path: path, problem: "is not a list of values")
        }
        let check = SchemaCheck(Schema(kind: kind, choices: []))
        guard choices.allSatisfy({ check.violations(of: $0).isEmpty }) else {
            throw SchemaError(path: path, problem: "holds a value that the type does not allow")
        }
        return choices
    }
}

/// The keywords of one schema object, with typed access.
struct SchemaMembers {
    let path: String
    let values: JSONObject

    subscript(key: String) -> JSONValue? { values[key] }

    func flag(_ key: String) throws(SchemaError) -> Bool? {
        switch self[key] {
        case nil: nil
        case .bool(let flag)?: flag
        default: throw SchemaError(path: "\(path).\(key)", problem: "must be true or false")
        }
    }

    func strings(_ key: String) throws(SchemaError) -> [String] {
        guard let json = self[key] else { return [] }
        let problem = SchemaError(path: "\(path).\(key)", problem: "must be a list of names")
        guard case .array(let items) = json else { throw problem }
        var names: [String] = []
        for item in items {
            guard case .string(let name) = item else { throw problem }
            names.append(name)
        }
        return names
    }

    func count(_ least: String, _ most: String) throws(SchemaError) -> ClosedRange<Int> {
        let range = try integers(least, most)
        return Int(max(0, range.lowerBound))...Int(max(0, range.upperBound))
    }

    func integers(_ least: String, _ most: String) throws(SchemaError) -> ClosedRange<Int64> {
        try range(least, most, within: Int64.min...Int64.max) { json in
            if case .int(let number) = json { number } else { nil }
        }
    }

    func numbers(_ least: String, _ most: String) throws(SchemaError) -> ClosedRange<Double> {
        let all = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        return try range(least, most, within: all) { json in
            switch json {
            case .int(let number): Double(number)
            case .double(let number): number
            default: nil
            }
        }
    }

    private func range<Bound: Comparable>(
        _ least: String, _ most: String, within all: ClosedRange<Bound>,
        _ read: (JSONValue) -> Bound?
    ) throws(SchemaError) -> ClosedRange<Bound> {
        let lower = try bound(least, all.lowerBound, read)
        let upper = try bound(most, all.upperBound, read)
        guard lower <= upper else {
            throw SchemaError(path: path, problem: "\"\(least)\" is above \"\(most)\"")
        }
        return lower...upper
    }

    private func bound<Bound>(
        _ key: String, _ absent: Bound, _ read: (JSONValue) -> Bound?
    ) throws(SchemaError) -> Bound {
        guard let json = self[key] else { return absent }
        guard let number = read(json) else {
            throw SchemaError(path: "\(path).\(key)", problem: "is not a number of this type")
        }
        return number
    }
}
