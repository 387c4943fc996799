internal import Configuration
internal import Curl
internal import Tools
internal import WebTools

// Requests to web servers: `[[tool.http]]`.
extension ToolSetBuilder {
    mutating func addRequests() {
        let requests = settings.tools(HTTPToolSettings.self)
        guard !requests.isEmpty else { return }
        // One for all; its thread and libcurl come with the first request.
        let client = HTTPClient()
        let secrets = secrets
        for (settings, request) in requests {
            add(settings) {
                try WebTool(
                    declaration: try settings.declaration(), settings: WebToolSettings(request),
                    client: client
                ) { try secrets.secret($0) }
            }
        }
    }
}

extension WebToolSettings {
    fileprivate init(_ request: HTTPToolSettings) {
        self.init(
            method: request.method.rawValue, url: request.url.webPieces,
            headers: request.headers.map { ($0.name, $0.value.webPieces) },
            body: request.body.webPieces, hosts: request.hosts, allowsLocal: request.allowsLocal,
            certificateAuthorityFile: request.authorityFile, answer: request.answer,
            responseLimitBytes: request.responseLimitKilobytes << 10)
    }
}

extension SecretText {
    fileprivate var webPieces: [WebPiece] {
        pieces.map { piece in
            switch piece {
            case .text(let text): .text(text)
            case .secret(let name): .secret(name)
            }
        }
    }
}
