internal import Text
internal import Tools
internal import WireCodec

/// One tool of a server, as a function of the model.
struct MCPTool: Tool {
    let declaration: ToolDeclaration
    /// The server's own name for it.
    let original: String
    /// The schema as its server wrote it, with the server's own argument names.
    let schema: ForeignSchema
    let patience: Duration
    let limit: Duration
    let client: ServerClient

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        var values = schema.restored(.object(arguments.values)).object ?? [:]
        for name in schema.nulls where values[name] == nil { values[name] = .null }
        let result = try await client.call(
            original, .object(values), patience: patience, limit: limit)
        return try CallResult.value(
            of: result, source: client.name, limitBytes: declaration.terms.resultBytes)
    }
}

/// Turns a result of tools/call into a value for the model.
enum CallResult {
    /// At most this many blocks of a result are read.
    private static let blocksLimit = 256

    /// Text as text and structured content as it is; pictures and sound are only mentioned.
    static func value(
        of result: JSONValue, source: String, limitBytes: Int
    ) throws(ToolFailure) -> JSONValue {
        let blocks = result["content"]?.array ?? []
        let lines = blocks.prefix(blocksLimit).compactMap(words)
        let text = lines.joined(separator: "\n")
        if result["isError"]?.bool == true {
            throw ToolFailure(text.isEmpty ? "the tool of \(source) failed without a word" : text)
        }
        if let structured = result["structuredContent"], structured != .null,
            text.isEmpty || structured.serialized.utf8.count <= limitBytes
        {
            return structured
        }
        // A model repeats a call that returns nothing.
        return .string(text.isEmpty ? "done; it said nothing more" : text)
    }

    private static func words(_ block: JSONValue) -> String? {
        switch block["type"]?.string {
        case "text": return block["text"]?.string
        case "image", "audio":
            let type = block["mimeType"]?.string.map { $0.oneLine(limit: 80) } ?? "of some kind"
            // Four characters of base64 are three bytes.
            let bytes = (block["data"]?.string?.utf8.count ?? 0) / 4 * 3
            let kind = block["type"]?.string == "image" ? "an image" : "a sound"
            return "(\(kind), \(type), \(bytes) bytes, which is not shown)"
        case "resource_link":
            let name = block["name"]?.string ?? ""
            return "(a link: \("\(name) \(block["uri"]?.string ?? "")".oneLine(limit: 300)))"
        case "resource":
            let resource = block["resource"]
            if let text = resource?["text"]?.string { return text }
            return
                "(a resource, \((resource?["uri"]?.string ?? "").oneLine(limit: 300)), not shown)"
        default: return nil
        }
    }
}
