package import WireCodec

/// A third party's JSON Schema of an object, converted for the model and for the check.
///
/// The service supports a part of JSON Schema (live-protocol.md 2.4), and so do we: types, `enum`,
/// `properties`, `required`, `items`, lengths and ranges, and `anyOf`. `$ref` is inlined, `oneOf`
/// and lists of types become `anyOf`, `const` an `enum`, `allOf` is merged, null is accepted for
/// nullable values. A property that allows no value is left out, and one whose name the service
/// does not accept gets another name, which `restored` reverses. Keywords that can be put in words,
/// such as `pattern` and `format`, go into the description; the others are left to the author of
/// the schema, who executes the call. Below `Schema.maximumDepth` only the type is given.
package struct ForeignSchema: Sendable, Equatable {
    /// The schema for the model.
    package let announced: JSONValue
    /// The same schema for the check of arguments.
    package let schema: Schema
    /// Required arguments that are null when the model gives none; with the names that `restored`
    /// gives.
    package let nulls: [String]

    /// A schema with more parts, after all references were followed, is refused.
    static let maximumParts = 1_000

    /// Converts a schema; throws if no object fits it, or if it is too large.
    package init(_ json: JSONValue) throws(SchemaError) {
        var reader = ForeignReader(root: json)
        let form = try reader.read(json, at: "parameters", depth: 0)
        switch form.schema.kind {
        case .object:
            announced = .object(form.json)
            schema = form.schema
        case .any:
            // A tool that declares nothing about its arguments.
            announced = ["type": "object"]
            schema = Schema(kind: .object(.init(properties: [], allowsOthers: true)), choices: [])
        case .string, .integer, .number, .boolean, .null, .array, .anyOf:
            throw SchemaError(path: "parameters", problem: "must be of type object")
        }
        nulls = reader.nulls
    }

    /// Arguments with the names that the author of the schema gave them.
    package func restored(_ arguments: JSONValue) -> JSONValue {
        ForeignNames.restored(arguments, schema)
    }
}

/// One part of a schema, for the model and for the check.
struct ForeignForm {
    var json: JSONObject
    var schema: Schema

    /// The service requires a type; a value of any other type is written as JSON text.
    static let any = ForeignForm(
        json: ["anyOf": [["type": "string"], ["type": "number"], ["type": "boolean"]]],
        schema: Schema(kind: .any, choices: []))
}

extension SchemaError {
    private static let nothing = "allows nothing"

    /// The error of a schema that no value fits.
    static func nothing(at path: String) -> SchemaError {
        SchemaError(path: path, problem: nothing)
    }

    /// Whether no value fits, so that an optional part is left out.
    var isNothing: Bool { problem == Self.nothing }
}

/// Converts a schema, starting at its root.
struct ForeignReader {
    /// With more alternatives than this the model could not choose.
    private static let alternativesLimit = 8
    /// The limit of members that are copied when parts are merged: a thousand parts of twenty.
    private static let copiesLimit = 20_000

    let root: JSONValue
    private(set) var nulls: [String] = []
    private var parts = 0
    private var copies = 0

    init(root: JSONValue) { self.root = root }

    mutating func read(
        _ json: JSONValue, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        parts += 1
        guard parts <= ForeignSchema.maximumParts else {
            throw SchemaError(
                path: path, problem: "has more than \(ForeignSchema.maximumParts) parts in all")
        }
        switch json {
        case .bool(true): return .any
        case .bool(false): throw .nothing(at: path)
        case .object(let members):
            if Self.isNever(members) { throw .nothing(at: path) }
            if members["$ref"] != nil || members["allOf"] != nil {
                // The target of a reference is as deep as the reference itself.
                let whole = try merged(members, at: path, depth: 0)
                return try read(whole, at: path, depth: depth)
            }
            return try read(members, at: path, depth: depth)
        case .null, .int, .double, .string, .array:
            throw SchemaError(path: path, problem: "is not a schema")
        }
    }

    /// Whether a schema object says that no value fits it.
    private static func isNever(_ members: JSONObject) -> Bool {
        members["not"] == [:] || members["not"] == true || members["enum"] == []
    }

    private mutating func read(
        _ members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        let alternatives = (members["anyOf"] ?? members["oneOf"])?.array
        var form: ForeignForm
        if let alternatives, members["type"] == nil, members["properties"] == nil {
            // The depth ends here; the rest may be anything.
            guard depth < Schema.maximumDepth else { return .any }
            form = try choice(among: alternatives, at: path, depth: depth)
        } else {
            form = try plain(members, at: path, depth: depth)
        }
        let words = ForeignWords.description(of: members, schema: form.schema)
        if let words { form.json["description"] = .string(words) }
        return form
    }

    /// The members of a part: its own, those it refers to and those of `allOf`.
    mutating func merged(
        _ members: JSONObject, at path: String, depth: Int
    ) throws(SchemaError) -> JSONObject {
        parts += 1
        // Merged members are copied, once for each reference.
        copies += members.members.count + (members["properties"]?.object?.members.count ?? 0)
        guard depth < Schema.maximumDepth, parts <= ForeignSchema.maximumParts,
            copies <= Self.copiesLimit
        else {
            throw SchemaError(path: path, problem: "refers to itself, or to too much")
        }
        var whole = members
        whole["$ref"] = nil
        whole["allOf"] = nil
        var others = members["allOf"]?.array ?? []
        if let reference = members["$ref"] { others.insert(try resolve(reference, path), at: 0) }
        for other in others {
            if other == false { throw .nothing(at: path) }
            guard case .object(let other) = other else { continue }
            for (key, value) in try merged(other, at: path, depth: depth + 1) {
                whole[key] = Self.join(key, whole[key], value)
            }
        }
        return whole
    }

    private static func join(_ key: String, _ own: JSONValue?, _ other: JSONValue) -> JSONValue {
        switch (key, own, other) {
        case (_, nil, _): return other
        case ("properties", .object(var all)?, .object(let more)):
            for (name, value) in more where all[name] == nil { all[name] = value }
            return .object(all)
        case ("required", .array(let all)?, .array(let more)): return .array(all + more)
        case (_, let own?, _): return own
        }
    }

    private func resolve(
        _ reference: JSONValue, _ path: String
    ) throws(SchemaError) -> JSONValue {
        guard let text = reference.string, text.hasPrefix("#") else {
            throw SchemaError(path: path, problem: "refers to another document")
        }
        var place = root
        for part in text.dropFirst().split(separator: "/") {
            let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            guard let next = place[name] ?? Int(name).flatMap({ place.array?[checked: $0] }) else {
                throw SchemaError(path: path, problem: "refers to \(text), which does not exist")
            }
            place = next
        }
        return place
    }

    private mutating func choice(
        among alternatives: [JSONValue], at path: String, depth: Int
    ) throws(SchemaError) -> ForeignForm {
        let wanted = alternatives.filter { $0["type"]?.string != "null" }
        let isNullable = wanted.count < alternatives.count
        guard wanted.count <= Self.alternativesLimit else { return .any }
        var forms: [ForeignForm] = []
        for alternative in wanted {
            // A single alternative adds no depth for the model.
            let inner = wanted.count == 1 ? depth : depth + 1
            do throws(SchemaError) {
                forms.append(try read(alternative, at: path, depth: inner))
            } catch {
                guard error.isNothing else { throw error }
            }
        }
        if forms.isEmpty, !isNullable { throw .nothing(at: path) }
        return Self.one(of: forms, isNullable: isNullable)
    }

    /// A part that is any of several forms.
    static func one(of forms: [ForeignForm], isNullable: Bool) -> ForeignForm {
        var form: ForeignForm
        switch forms.count {
        case 0: form = ForeignForm(json: ["type": "null"], schema: .init(kind: .null, choices: []))
        case 1: form = forms[0]
        default:
            if forms.contains(where: { $0.schema.kind == .any }) {
                form = .any
            } else {
                form = ForeignForm(
                    json: ["anyOf": .array(forms.map { .object($0.json) })],
                    schema: Schema(kind: .anyOf(forms.map(\.schema)), choices: []))
            }
        }
        form.schema.isNullable = form.schema.isNullable || isNullable
        return form
    }

    /// Records a required argument that may be null.
    mutating func note(null name: String) { nulls.append(name) }
}

extension Array {
    fileprivate subscript(checked index: Int) -> Element? {
        indices.contains(index) ? self[index] : nil
    }
}
