import Linux
import ModelTypes
import Synchronization
import TestHTTP
import WebSockets
import WireCodec

/// A small Home Assistant on 127.0.0.1, with REST and WebSocket on one port like the real one.
///
/// The formats of its answers are those of developers.home-assistant.io/docs/api, and of the
/// commands `config/…_registry/…` that its own frontend uses.
package final class FakeHome: Sendable {
    /// The valid token.
    package static let token = "g00d-token"

    private let core: Core
    private let loop: EventLoop
    private let server: ScriptedServer

    /// A home that is ready when this returns; on a certain port, or any.
    package init(_ model: HomeModel) async throws {
        let loop = try EventLoop(name: "test-home")
        let core = Core(model)
        self.loop = loop
        self.core = core
        let port = try await withCheckedThrowingContinuation { continuation in
            loop.perform {
                continuation.resume(with: Result { try core.listen(on: loop) })
            }
        }
        server = try ScriptedServer { request in core.answer(request, webSocketPort: port) }
    }

    deinit {
        loop.stop()
        core.end()
    }

    /// Its URL, without a slash at the end.
    package var url: String { server.url("") }

    /// Changes the home behind its clients' backs.
    package func change(_ body: @Sendable (inout HomeModel) -> Void) {
        core.state.withLock { body(&$0.model) }
    }

    /// The state of the home.
    package var model: HomeModel { core.state.withLock { $0.model } }

    /// The service calls so far.
    package var calls: [HomeCall] { core.state.withLock { $0.calls } }

    /// The tokens that were sent over WebSockets.
    package var shownTokens: [String] { core.state.withLock { $0.shownTokens } }

    /// The commands that were received over WebSockets, by type.
    package var commands: [String] { core.state.withLock { $0.commands } }

    /// The paths that were requested over HTTP, without those of WebSockets.
    package var requests: [String] {
        server.received.map(\.target).filter { $0 != "/api/websocket" }
    }

    /// Sends an event to its subscribers.
    package func fire(_ event: String) {
        loop.perform { [core] in core.fire(event) }
    }

    /// Ends all WebSockets without a close.
    package func hangUp() {
        loop.perform { [core] in core.hangUp() }
    }
}

/// State shared by the loop's and the server's threads.
final class Core: Sendable {
    struct State {
        var model: HomeModel
        var calls: [HomeCall] = []
        var shownTokens: [String] = []
        var commands: [String] = []
    }

    /// Touched on the loop's thread only.
    private final class Loopside: @unchecked Sendable {
        var listener: WebSocketListener?
        var talks: [Talk] = []
    }

    let state: Mutex<State>
    private let loopside = Loopside()

    init(_ model: HomeModel) { state = Mutex(State(model: model)) }

    /// Accepts WebSockets on a port of its own; on the loop.
    func listen(on loop: EventLoop) throws -> Int {
        let listener = try WebSocketListener(loop: loop) { [self] connection in
            if state.withLock({ $0.model.refusesWebSocket }) {
                return .refuse(.init(status: 404, phrase: "Not Found", body: "{}"))
            }
            let talk = Talk(connection, self)
            loopside.talks.append(talk)
            return .accept { event in talk.take(event) }
        }
        loopside.listener = listener
        return listener.port
    }

    /// Releases its listener, which holds it; after the loop has stopped.
    func end() {
        loopside.listener = nil
        loopside.talks = []
    }

    func fire(_ event: String) {
        for talk in loopside.talks { talk.tell(event) }
    }

    func hangUp() {
        for talk in loopside.talks { talk.hangUp() }
        loopside.talks = []
    }

    // MARK: REST

    func answer(_ request: ReceivedRequest, webSocketPort port: Int) -> [ScriptedServer.Step] {
        if request.target == "/api/websocket" { return [.handOver(port: port)] }
        guard request.target.hasPrefix("/api/") else { return .reply(404, "404: Not Found") }
        guard request["authorization"] == "Bearer \(FakeHome.token)" else {
            return .reply(401, "401: Unauthorized")
        }
        let path = request.target.split(separator: "/").map(String.init)
        switch (request.method, path.count, path.dropFirst().first) {
        case ("GET", 2, "states"): return json(.array(state.withLock { $0.model.states }))
        case ("GET", 3, "states"):
            guard let found = state.withLock({ $0.model.state(of: path[2]) }) else {
                return json(["message": "Entity not found."], status: 404)
            }
            let gate = state.withLock { $0.model.stateGate }
            return (gate.map { [.hold($0)] } ?? []) + json(found)
        case ("POST", 4, "services"): return serve("\(path[2]).\(path[3])", request)
        default: return .reply(404, "404: Not Found")
        }
    }

    private func serve(_ service: String, _ request: ReceivedRequest) -> [ScriptedServer.Step] {
        guard var data = (try? JSONValue(parsing: request.body))?.object else {
            return json(["message": "Data should be valid JSON."], status: 400)
        }
        let ids = (data["entity_id"]?.array ?? []).compactMap(\.string)
        data["entity_id"] = nil
        let call = HomeCall(service: service, entities: ids, data: data, isByWebSocket: false)
        switch take(call) {
        case .unknown: return .reply(400, "400: Bad Request")
        case .reaction(.fail): return .reply(500, "500 Internal Server Error")
        case .reaction(.hangUp), .reaction(.hang): return [.hangUp]
        case .reaction(.late), .done:
            return json(
                .array(state.withLock { state in ids.compactMap { state.model.state(of: $0) } }))
        }
    }

    private func json(_ value: JSONValue, status: Int = 200) -> [ScriptedServer.Step] {
        .reply(status, value.serialized, headers: [("Content-Type", "application/json")])
    }

    // MARK: Services

    enum Taken {
        case done, unknown
        case reaction(HomeModel.Reaction)
    }

    func take(_ call: HomeCall) -> Taken {
        state.withLock { state in
            guard state.model.services.contains(call.service) else { return .unknown }
            state.calls.append(call)
            if let reaction = state.model.reactions[call.service] {
                guard case .late = reaction else { return .reaction(reaction) }
            }
            state.model.perform(call.service, on: call.entities)
            return state.model.reactions[call.service].map { .reaction($0) } ?? .done
        }
    }
}
