package import Configuration
internal import Curl
package import Tools

/// A request to a web server that the model may send: `[[tool.http]]`.
package struct HTTPToolSettings: ToolKind, Equatable {
    /// The request's method.
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var url: SecretText
    package var method: Method
    package var headers: [(name: String, value: SecretText)]
    /// Empty: none.
    package var body: SecretText
    /// Further servers to which requests and redirects may go.
    package var hosts: [String]
    /// Whether internet names may resolve to addresses of the home network.
    package var allowsLocal: Bool
    /// A PEM file with the authorities that are trusted; empty: the system's.
    package var authorityFile: String
    /// The place in a JSON answer that is the result; empty: all of it.
    package var answer: String
    package var responseLimitKilobytes: Int

    package static let name = "http"
    package static let shape = ToolShape.function
    package static let usualRisk = ToolRisk.low

    /// GET and HEAD change nothing if the server keeps to the rules.
    package var ownRisk: ToolRisk {
        switch method {
        case .get, .head: .read
        case .post, .put, .patch, .delete: .low
        }
    }

    package static let example = #"""
        # Requests to web servers, each a function of its own. {place} stands for the value that
        # the model gives, escaped for its place in the url, a header or the body; an argument
        # cannot become another path, parameter, header or member. {secret:weather} stands for a
        # secret, see tools.secrets_dir. In a JSON body {level} outside quotes is the value itself.
        # Redirects are followed to the url's host only, and names of the internet must not lead
        # into the home network. GET and HEAD have risk "read" when nothing is said.
        #
        # [[tool.http]]
        # name = "weather"
        # description = "The weather at a place, now."
        # url = "https://api.example.org/v1/now?place={place}&key={secret:weather}"
        # parameters = { place = { type = "string", maxLength = 80 } }
        # answer = "/current/text"     # of a JSON answer, or "current.text"; default: all of it
        # method = "GET"               # "HEAD", "POST", "PUT", "PATCH", "DELETE"; default
        # headers = {}                 # { Authorization = "Bearer {secret:weather}" }; default
        # body = ""                    # JSON, unless the header Content-Type says else; default
        # hosts = []                   # further hosts that requests may go to; default
        # local = false                # whether the url's name may lead into the home network
        # ca_file = ""                 # the authority of a server's own certificate (PEM); default
        # response_limit_kb = 1024     # a longer answer is given up; default
        #
        # [[tool.http]]
        # name = "radio"
        # description = "Switches the kitchen radio to a station."
        # url = "http://radio.local/api/station"
        # method = "POST"
        # body = '{"name": "{station}", "volume": {volume}}'
        # parameters = { station = { type = "string" }, volume = { type = "integer" } }

        """#

    package static func read(_ table: inout TableReader) -> HTTPToolSettings? {
        let url = table.secretText("url")
        let method = table.choice("method", Method.get)
        let headers = table.secretVariables("headers")
        let body = table.secretText("body", "")
        let hosts = table.strings("hosts", [])
        let allowsLocal: Bool? = table.value("local", false)
        let authorities = table.path("ca_file", "")
        let answer: String? = table.value("answer", "")
        let limit = table.number("response_limit_kb", 1_024, 1...16_384)
        table.checkAddress(url, at: "url")
        for host in hosts ?? [] {
            guard let mistake = mistake(inHost: host) else { continue }
            table.note("hosts", "holds \(TOMLValue.string(host).shown): \(mistake)")
        }
        guard let url, let method, let body, let hosts, let allowsLocal, let authorities,
            let answer, let limit
        else { return nil }
        return HTTPToolSettings(
            url: url, method: method, headers: headers, body: body, hosts: hosts,
            allowsLocal: allowsLocal, authorityFile: authorities, answer: answer,
            responseLimitKilobytes: limit)
    }

    /// What is wrong with a web server's name, without port and scheme; nil if nothing is.
    private static func mistake(inHost text: String) -> String? {
        let isName = !text.isEmpty && !text.contains { $0.isWhitespace || "/@?#:".contains($0) }
        let isAddress = text.count { $0 == ":" } > 1 && !text.contains("/")
        return isName || isAddress
            ? nil : "a host's name alone is wanted, such as \"api.example.org\""
    }

    package var secretTexts: [SecretText] { [url, body] + headers.map(\.value) }

    package var files: [(key: String, path: String)] { [("ca_file", authorityFile)] }

    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        // Its thread starts and libcurl is loaded with the first request.
        let client = HTTPClient.shared
        let secrets = maker.ports.secrets
        for (settings, request) in tables {
            maker.add(settings) {
                try HTTPTool(
                    declaration: try settings.declaration(), settings: request, client: client,
                    secrets: secrets)
            }
        }
    }

    package var members: [(key: String, toml: String)] {
        [
            ("url", url.written.toml), ("method", method.rawValue.toml),
            ("headers", SecretText.table(headers)), ("body", body.written.toml),
            ("hosts", TOMLValue.list(hosts)), ("local", allowsLocal.toml),
            ("ca_file", authorityFile.toml), ("answer", answer.toml),
            ("response_limit_kb", responseLimitKilobytes.toml),
        ]
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.members.elementsEqual(other.members) { $0 == $1 }
    }
}
