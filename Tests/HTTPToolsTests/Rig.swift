import Configuration
import Curl
import Linux
import ModelTypes
import TestHTTP
import Testing
import Tools
import WireCodec

@testable import HTTPTools

/// A tool that sends requests to a test's server, in the runner that the daemon uses.
struct Rig {
    var method = "GET"
    var url: String
    var headers: [(String, String)] = []
    var body = ""
    var hosts: [String] = []
    var answer = ""
    var parameters: JSONObject = ["x": ["type": "string"]]
    var secrets: [String: String] = [:]
    var deadline = Duration.seconds(20)
    var responseLimitKilobytes = 1 << 10

    init(_ url: String) { self.url = url }

    private var settings: HTTPToolSettings {
        get throws {
            HTTPToolSettings(
                url: try SecretText(url),
                method: try #require(HTTPToolSettings.Method(rawValue: method)),
                headers: try headers.map { ($0.0, try SecretText($0.1)) },
                body: try SecretText(body), hosts: hosts, allowsLocal: false, authorityFile: "",
                answer: answer, responseLimitKilobytes: responseLimitKilobytes)
        }
    }

    var tool: HTTPTool {
        get throws {
            let declaration = try ToolDeclaration(
                name: "ask", description: "Asks.",
                parameters: [
                    "type": "object", "properties": .object(parameters),
                    "required": .array(parameters.names.map { .string($0) }),
                ], terms: ToolTerms(deadline: deadline))
            return try HTTPTool(
                declaration: declaration, settings: try settings, client: HTTPClient(),
                secrets: Named(secrets: secrets))
        }
    }

    /// The secrets of the rig.
    private struct Named: SecretPort {
        let secrets: [String: String]

        func secret(_ name: String) throws -> Secret {
            guard let secret = secrets[name] else { throw Missing(name: name) }
            return Secret(secret)
        }
    }

    /// A missing secret.
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "there is no secret '\(name)'" }
    }

    /// A runner for several calls of the tool.
    func runner() throws -> ToolRunner {
        ToolRunner(
            registry: try ToolRegistry([try tool]), limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
    }

    /// The answer to the model.
    func call(
        _ arguments: JSONObject = ["x": ""], by kept: ToolRunner? = nil
    ) async throws -> JSONValue {
        let runner = try kept ?? runner()
        let outcome = await runner.run(
            FunctionCall(id: "", name: "ask", arguments: .object(arguments)), conversation: 0)
        // Returns when the handler has actually ended.
        await runner.stop()
        guard case .answered(let answer) = outcome else { return .null }
        return answer.response
    }

    /// The error for the model; empty when there is none.
    func error(_ arguments: JSONObject = ["x": ""]) async throws -> String {
        try await call(arguments)["error"]?.string ?? ""
    }

    /// The request that a call makes, or the refusal, without a server.
    func refusal(_ value: JSONValue) throws -> String {
        do {
            _ = try errand(value)
            return ""
        } catch {
            return "\(error)"
        }
    }

    func errand(_ value: JSONValue) throws -> RedirectableRequest {
        let tool = try tool
        return try WebRequestTemplate(try settings, schema: tool.declaration.schema)
            .errand(ToolArguments(["x": value]), secrets.mapValues { Secret($0) })
    }

    /// Why the settings are refused; empty when they are not.
    var mistake: String {
        do {
            _ = try tool
            return ""
        } catch {
            return "\(error)"
        }
    }
}
