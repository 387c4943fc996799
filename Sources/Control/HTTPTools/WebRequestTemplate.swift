internal import Configuration
internal import Curl
internal import ModelTypes
internal import Tools
internal import WireCodec

/// A request of the settings, checked once.
struct WebRequestTemplate: Sendable {
    let hosts: AllowedHosts
    let answer: JSONPlace?
    private let method: String
    private let url: WebTemplate
    private let headers: [(name: String, value: WebTemplate)]
    private let body: WebTemplate?
    private let authorityFile: String?
    private let responseLimitBytes: Int

    /// Servers refuse longer addresses (bytes), and so do we before sending.
    private static let addressLimitBytes = 8 * 1024
    /// Headers that control the connection, not the request.
    private static let ownHeaders: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te",
        "trailer", "keep-alive", "proxy-authorization", "accept-encoding",
    ]
    /// For a body that has no Content-Type header.
    private static let usualType = "application/json"
    /// Some services refuse requests without a User-Agent.
    private static let agent = HTTPHeader("User-Agent", "martlet")

    init(_ settings: HTTPToolSettings, schema: Schema) throws(WebTemplateError) {
        method = settings.method.rawValue
        url = try WebTemplate(url: settings.url.pieces, schema: schema)
        var names = settings.hosts
        if url.hasOpenHost {
            guard !names.isEmpty else { throw .openHost }
        } else {
            guard let own = WebAddress(url.plainText) else { throw .badURL }
            // Ports 80 and 443 count as one, so that a server may redirect to https.
            names.append([80, 443].contains(own.port) ? own.host : "\(own.host):\(own.port)")
        }
        hosts = try AllowedHosts(names, allowsLocal: settings.allowsLocal)
        headers = try Self.headers(settings.headers, schema: schema)
        body = try Self.body(settings, headers, schema)
        answer = try settings.answer.isEmpty ? nil : Self.place(settings.answer)
        authorityFile = settings.authorityFile.isEmpty ? nil : settings.authorityFile
        responseLimitBytes = settings.responseLimitKilobytes << 10
    }

    /// The secrets that a call needs.
    var secretNames: [String] {
        url.secretNames + headers.flatMap(\.value.secretNames) + (body?.secretNames ?? [])
    }

    /// The request of a call.
    func errand(
        _ arguments: ToolArguments, _ secrets: [String: Secret]
    ) throws(ToolFailure) -> RedirectableRequest {
        let text = try url.fill(arguments, secrets)
        guard text.utf8.count <= Self.addressLimitBytes else {
            throw ToolFailure(
                "nothing was done: with these arguments the address has more than "
                    + "\(Self.addressLimitBytes) bytes")
        }
        guard let address = WebAddress(text), hosts.admit(address) else {
            throw ToolFailure("nothing was done: this host is not among the allowed ones")
        }
        guard !address.hasUpwardPath else {
            throw ToolFailure("nothing was done: the path must not lead upwards")
        }
        var request = HTTPRequest(method, address.text)
        request.headers = [Self.agent]
        for (name, value) in headers {
            request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            request.headers.append(HTTPHeader(name, try value.fill(arguments, secrets)))
        }
        if let body {
            request.body = Array(try body.fill(arguments, secrets).utf8)
            if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                request.headers.append(HTTPHeader("Content-Type", Self.usualType))
            }
        }
        request.certificateAuthorityFile = authorityFile
        request.responseLimitBytes = responseLimitBytes
        // A proxy would resolve the host itself, unseen by us.
        request.proxy = .none
        request.reach = hosts.reach(address)
        // A request that only reads may be sent twice; one that switches something may not.
        request.isSentOnce = !["GET", "HEAD"].contains(method)
        return RedirectableRequest(
            request: request, address: address,
            secretHeaders: Set(headers.filter { !$0.value.secretNames.isEmpty }.map(\.name)),
            hasSecretBody: !(body?.secretNames.isEmpty ?? true))
    }

    private static func headers(
        _ texts: [(name: String, value: SecretText)], schema: Schema
    ) throws(WebTemplateError) -> [(name: String, value: WebTemplate)] {
        var headers: [(name: String, value: WebTemplate)] = []
        for (name, text) in texts {
            let value = try WebTemplate(text.pieces, .header, schema: schema)
            let isName = name.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && !":\"(),/;<=>?@[\\]{}".utf8.contains($0)
            }
            guard isName, !name.isEmpty,
                value.plainText.unicodeScalars.allSatisfy({ $0 >= " " && $0 != "\u{7F}" })
            else { throw .badHeader(name) }
            guard !ownHeaders.contains(name.lowercased()) else { throw .ownHeader(name) }
            headers.append((name, value))
        }
        return headers
    }

    /// The body, checked as its type requires.
    private static func body(
        _ settings: HTTPToolSettings, _ headers: [(name: String, value: WebTemplate)],
        _ schema: Schema
    ) throws(WebTemplateError) -> WebTemplate? {
        guard !settings.body.pieces.isEmpty else { return nil }
        guard settings.method != .get, settings.method != .head else {
            throw .bodyWithout(settings.method.rawValue)
        }
        let named = headers.first { $0.name.lowercased() == "content-type" }?.value
        guard named?.isPlain ?? true else { throw .openType }
        return try WebTemplate(
            body: settings.body.pieces, type: named?.plainText ?? usualType, schema: schema)
    }

    private static func place(_ text: String) throws(WebTemplateError) -> JSONPlace {
        guard let place = JSONPlace(text) else { throw .badPointer(text) }
        return place
    }
}
