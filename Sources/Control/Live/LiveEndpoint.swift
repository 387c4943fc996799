internal import ModelTypes
package import VoiceSession
package import WebSockets
internal import WireCodec

/// The address of the Live service.
package struct LiveEndpoint: Sendable {
    /// Which of the two services it is; they differ in addresses, names and fields.
    package enum Service: Sendable, Equatable {
        case developer
        /// A region such as `europe-west4`, or `global`.
        case vertex(project: String, location: String)
    }

    package var service: Service
    /// Scheme, host and port, such as `wss://generativelanguage.googleapis.com`.
    package var base: String
    /// The API's version.
    package var version: String
    /// A PEM file with the only trusted authorities; nil trusts the system's.
    package var certificateAuthorityFile: String?

    /// The service itself, unless `base` names another server.
    ///
    /// `v1beta` is what the Developer API's reference documents for conversations, `v1beta1`
    /// Vertex's own default.
    package init(
        service: Service = .developer, base: String? = nil, version: String? = nil,
        certificateAuthorityFile: String? = nil
    ) {
        self.service = service
        switch service {
        case .developer:
            self.base = base ?? "wss://generativelanguage.googleapis.com"
            self.version = version ?? "v1beta"
        case .vertex(_, let location):
            let host = location == "global" ? "" : "\(location)-"
            self.base = base ?? "wss://\(host)aiplatform.googleapis.com"
            self.version = version ?? "v1beta1"
        }
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// Whether this is Vertex.
    package var isVertex: Bool { if case .vertex = service { true } else { false } }

    /// A model's name in the form that the setup needs.
    func modelPath(_ model: String) -> String {
        switch service {
        case .developer:
            return model.hasPrefix("models/") ? model : "models/\(model)"
        case .vertex(let project, let location):
            guard !model.hasPrefix("projects/") else { return model }
            let path = model.hasPrefix("publishers/") ? model : "publishers/google/models/\(model)"
            return "projects/\(project)/locations/\(location)/\(path)"
        }
    }

    /// The upgrade request; throws if the base is not a WebSocket address.
    package func request(
        as authorization: Authorization, timeoutMilliseconds: Int64
    ) throws(WebSocketsError) -> WebSocketRequest {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        // live-protocol.md 1.1: a dot on the Developer API, a slash on Vertex.
        let method =
            switch (service, authorization) {
            case (.vertex, _):
                "google.cloud.aiplatform.\(version).LlmBidiService/BidiGenerateContent"
            case (.developer, .ephemeralToken):
                "google.ai.generativelanguage.\(version).GenerativeService"
                    + ".BidiGenerateContentConstrained"
            case (.developer, .key), (.developer, .bearer):
                "google.ai.generativelanguage.\(version).GenerativeService.BidiGenerateContent"
            }
        return WebSocketRequest(
            url: try WebSocketURL("\(trimmed)/ws/\(method)"), headers: authorization.headers,
            certificateAuthorityFile: certificateAuthorityFile,
            timeoutMilliseconds: timeoutMilliseconds)
    }
}

extension Authorization {
    /// The headers that Google's services expect.
    var headers: [(name: String, value: String)] {
        switch self {
        case .key(let key): return [("x-goog-api-key", key.revealed)]
        case .ephemeralToken(let token): return [("authorization", "Token \(token.revealed)")]
        case .bearer(let token, let project):
            let headers = [(name: "authorization", value: token.asBearer)]
            return headers + (project.map { [("x-goog-user-project", $0)] } ?? [])
        }
    }
}

extension SessionRates {
    /// The rates that the Live service hears natively and speaks (live-protocol.md section 3.1).
    package static let live = SessionRates(input: 16_000, output: AudioFormat.output.rate)
}

extension TokenUse {
    /// The service's counts, without its modalities.
    init(_ usage: Usage) {
        self.init(
            input: usage.prompt + usage.toolUse, cached: usage.cached,
            output: usage.response + usage.thoughts, total: usage.total)
    }
}
