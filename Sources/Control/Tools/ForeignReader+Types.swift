internal import Text
internal import WireCodec

// The parts of a schema that have a type.

extension ForeignForm {
    /// An object with any members.
    static let freeObject = ForeignForm(
        json: ["type": "object"],
        schema: Schema(kind: .object(.init(properties: [], allowsOthers: true)), choices: []))

    /// Adds words to its description for the model.
    mutating func say(_ words: String) {
        let own = json["description"]?.string
        json["description"] = .string(own.map { "\($0) (\(words))" } ?? "(\(words))")
    }
}

extension ForeignReader {
    private static let types: Set = [
        "string", "integer", "number", "boolean", "null", "array", "object",
    ]
    /// A longer list is not passed on (values); the check still uses it.
    private static let choicesLimit = 200

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
            var count = Self.count(members, "minItems", "maxItems", &json)
            var items = ForeignForm.any
            do throws(SchemaError) {
                items = try self.items(of: members, at: path, depth: depth)
            } catch {
                // A list that must be empty.
                guard error.isNothing, count.lowerBound == 0 else { throw error }
                count = 0...0
                json["maxItems"] = 0
            }
            json["items"] = .object(items.json)
            kind = .array(of: items.schema.kind == .any ? nil : items.schema, count: count)
        default: return try object(members, at: path, depth: depth)
        }
        return Self.limited(
            members, ForeignForm(json: json, schema: .init(kind: kind, choices: [])))
    }

    /// The form with the schema's values that fit its type.
    private static func limited(_ members: JSONObject, _ form: ForeignForm) -> ForeignForm {
        let all = members["enum"]?.array ?? members["const"].map { [$0] } ?? []
        let check = SchemaCheck(form.schema)
        let choices = all.filter { check.violations(of: $0).isEmpty }
        guard !choices.isEmpty else { return form }
        var form = form
        form.schema.choices = choices
        // The service accepts texts that are not empty; other values go into the description.
        let texts = choices.compactMap(\.string).filter { !$0.isEmpty }
        if !texts.isEmpty, texts.count <= choicesLimit {
            form.json["enum"] = .array(texts.map { .string($0) })
        }
        return form
    }

    private mutating func items(
        of members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        // A tuple is treated as a list of anything.
        guard let items = members["items"], members["prefixItems"] == nil else { return .any }
        if case .array = items { return .any }
        guard depth < Schema.maximumDepth else {
            let whole = try merged(items.object ?? [:], at: path, depth: 0)
            return Self.typeNames(of: whole) == ["object"] ? .freeObject : .any
        }
        return try read(items, at: path + ".items", depth: depth + 1)
    }

    private mutating func object(
        _ members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        // Endless nesting becomes a free object at some depth, left to the executor of the call.
        guard depth < Schema.maximumDepth else { return .freeObject }
        let required = Set((members["required"]?.array ?? []).compactMap(\.string))
        let declared = members["properties"]?.object ?? [:]
        let names = ForeignNames.properties(declared.map(\.key))
        var properties: [Schema.Property] = []
        var announced: JSONObject = [:]
        var needed: [JSONValue] = []
        for (original, json) in declared {
            guard let name = names[original] else { continue }
            var form: ForeignForm
            do throws(SchemaError) {
                form = try read(json, at: "\(path).properties.\(name)", depth: depth + 1)
            } catch {
                guard error.isNothing, !required.contains(original) else { throw error }
                continue
            }
            if name != original { form.say("called \(original.oneLine(limit: 80))") }
            // A required argument that may be null is null when the model leaves it out.
            let isFilled = depth == 0 && required.contains(original) && form.schema.isNullable
            if isFilled { note(null: original) }
            let isRequired = required.contains(original) && !isFilled
            properties.append(
                .init(
                    name: name, schema: form.schema, isRequired: isRequired,
                    original: name == original ? nil : original))
            announced[name] = .object(form.json)
            if isRequired { needed.append(.string(name)) }
        }
        var json: JSONObject = ["type": "object"]
        if !announced.isEmpty { json["properties"] = .object(announced) }
        if !needed.isEmpty { json["required"] = .array(needed) }
        let allowsOthers = Self.allowsOthers(members, hasProperties: !declared.isEmpty)
        return ForeignForm(
            json: json,
            schema: Schema(
                kind: .object(.init(properties: properties, allowsOthers: allowsOthers)),
                choices: []))
    }

    /// Whether undeclared names are allowed.
    private static func allowsOthers(_ members: JSONObject, hasProperties: Bool) -> Bool {
        // Names that match a pattern are left to the executor of the call, because matching a
        // pattern can take forever.
        if members["patternProperties"]?.object?.isEmpty == false { return true }
        return switch members["additionalProperties"] {
        case .bool(let allows)?: allows
        // If the schema declares any property, an undeclared name is the model's mistake.
        case nil: !hasProperties
        case _?: true
        }
    }

    // MARK: - Limits; an invalid one is ignored

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
