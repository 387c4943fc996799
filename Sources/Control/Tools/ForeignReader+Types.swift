internal import ModelTypes

// Parts of a schema that have a type.

extension ForeignReader {
    private static let types: Set = [
        "string", "integer", "number", "boolean", "null", "array", "object",
    ]
    /// A list of more values is not told (values); the check knows them.
    private static let choicesLimit = 200
    /// Longer names of properties are no names (characters).
    private static let nameLimit = 64

    mutating func plain(
        _ members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        var names = Self.typeNames(of: members)
        guard names.allSatisfy(Self.types.contains) else {
            throw SchemaError(path: path, problem: "has a type that JSON does not know")
        }
        guard !names.isEmpty else { return .any }
        let isNullable = names.count > 1 && names.contains("null")
        if isNullable { names.removeAll { $0 == "null" } }
        var forms: [ForeignForm] = []
        for name in names {
            forms.append(try typed(name, members, at: path, depth: depth))
        }
        return Self.one(of: forms, isNullable: isNullable || Self.hasNull(members))
    }

    private static func hasNull(_ members: JSONObject) -> Bool {
        members["enum"]?.array?.contains(.null) == true
    }

    private static func typeNames(of members: JSONObject) -> [String] {
        switch members["type"] {
        case .string(let name)?: return [name.lowercased()]
        case .array(let names)?:
            var seen: Set<String> = []
            return names.compactMap { $0.string?.lowercased() }.filter { seen.insert($0).inserted }
        default: break
        }
        if members["properties"] != nil || members["required"] != nil { return ["object"] }
        if members["items"] != nil { return ["array"] }
        let values = members["enum"]?.array ?? members["const"].map { [$0] } ?? []
        var found: [String] = []
        for value in values {
            let name = typeName(of: value)
            if !found.contains(name) { found.append(name) }
        }
        return found
    }

    private static func typeName(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private mutating func typed(
        _ type: String, _ members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        var json: JSONObject = ["type": .string(type)]
        let kind: Schema.Kind
        switch type {
        case "string":
            kind = .string(length: Self.count(members, "minLength", "maxLength", &json))
        case "integer": kind = .integer(Self.integers(members, &json))
        case "number": kind = .number(Self.numbers(members, &json))
        case "boolean": kind = .boolean
        case "null": kind = .null
        case "array":
            let items = try items(of: members, at: path, depth: depth)
            json["items"] = .object(items.json)
            let count = Self.count(members, "minItems", "maxItems", &json)
            kind = .array(of: items.schema.kind == .any ? nil : items.schema, count: count)
        default: return try object(members, at: path, depth: depth)
        }
        return Self.limited(
            members, ForeignForm(json: json, schema: .init(kind: kind, choices: [])))
    }

    /// The form with those of the schema's values that are of its type.
    private static func limited(_ members: JSONObject, _ form: ForeignForm) -> ForeignForm {
        let all = members["enum"]?.array ?? members["const"].map { [$0] } ?? []
        let check = SchemaCheck(form.schema)
        let choices = all.filter { check.violations(of: $0).isEmpty }
        guard !choices.isEmpty else { return form }
        var form = form
        form.schema.choices = choices
        // The service takes texts that say something; others are told in the description.
        let texts = choices.compactMap(\.string).filter { !$0.isEmpty }
        if !texts.isEmpty, texts.count <= choicesLimit {
            form.json["enum"] = .array(texts.map { .string($0) })
        }
        return form
    }

    private mutating func items(
        of members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        // A tuple is a list of anything for us.
        guard let items = members["items"], members["prefixItems"] == nil else { return .any }
        if case .array = items { return .any }
        return try read(items, at: path + ".items", depth: depth + 1)
    }

    private mutating func object(
        _ members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        let required = Set((members["required"]?.array ?? []).compactMap(\.string))
        var properties: [Schema.Property] = []
        var announced: JSONObject = [:]
        var needed: [JSONValue] = []
        for (name, json) in members["properties"]?.object ?? [:] {
            let place = "\(path).properties.\(name.prefix(Self.nameLimit))"
            guard Self.isName(name) else {
                guard required.contains(name) else { continue }
                throw SchemaError(path: place, problem: "has a name that no model can write")
            }
            let form = try read(json, at: place, depth: depth + 1)
            // What must be there and may be null is null when the model leaves it out.
            let isFilled = depth == 0 && required.contains(name) && form.schema.isNullable
            if isFilled { note(null: name) }
            let isRequired = required.contains(name) && !isFilled
            properties.append(.init(name: name, schema: form.schema, isRequired: isRequired))
            announced[name] = .object(form.json)
            if isRequired { needed.append(.string(name)) }
        }
        var json: JSONObject = ["type": "object"]
        if !announced.isEmpty { json["properties"] = .object(announced) }
        if !needed.isEmpty { json["required"] = .array(needed) }
        let allowsOthers =
            switch members["additionalProperties"] {
            case .bool(let allows)?: allows
            // A slip of the model is seen where the schema says anything at all.
            case nil: properties.isEmpty
            case _?: true
            }
        return ForeignForm(
            json: json,
            schema: Schema(
                kind: .object(.init(properties: properties, allowsOthers: allowsOthers)),
                choices: []))
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= nameLimit
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || [0x5F, 0x2E, 0x2D, 0x24].contains(byte)
            }
    }

    // MARK: - Limits; what is none is passed over

    private static func count(
        _ members: JSONObject, _ least: String, _ most: String, _ json: inout JSONObject
    ) -> ClosedRange<Int> {
        let all = 0...Int(Int32.max)
        let lower = members[least]?.int.map { Int(clamping: $0) } ?? all.lowerBound
        let upper = members[most]?.int.map { Int(clamping: $0) } ?? all.upperBound
        guard all.contains(lower), lower <= upper else { return 0...Int.max }
        if lower > 0 { json[least] = .int(Int64(lower)) }
        if upper < all.upperBound { json[most] = .int(Int64(upper)) }
        return lower...(upper < all.upperBound ? upper : Int.max)
    }

    private static func integers(
        _ members: JSONObject, _ json: inout JSONObject
    ) -> ClosedRange<Int64> {
        var lower = members["minimum"]?.int ?? Int64.min
        var upper = members["maximum"]?.int ?? Int64.max
        if let above = members["exclusiveMinimum"]?.int, above < Int64.max {
            lower = max(lower, above + 1)
        }
        if let below = members["exclusiveMaximum"]?.int, below > Int64.min {
            upper = min(upper, below - 1)
        }
        guard lower <= upper else { return Int64.min...Int64.max }
        if lower > Int64.min { json["minimum"] = .int(lower) }
        if upper < Int64.max { json["maximum"] = .int(upper) }
        return lower...upper
    }

    private static func numbers(
        _ members: JSONObject, _ json: inout JSONObject
    ) -> ClosedRange<Double> {
        let most = Double.greatestFiniteMagnitude
        let lower = members["minimum"]?.double ?? members["exclusiveMinimum"]?.double ?? -most
        let upper = members["maximum"]?.double ?? members["exclusiveMaximum"]?.double ?? most
        guard lower <= upper else { return -most...most }
        if lower > -most { json["minimum"] = .double(lower) }
        if upper < most { json["maximum"] = .double(upper) }
        return lower...upper
    }
}
