import Synchronization
import WebSockets
import WireCodec

/// One WebSocket of a fake Home Assistant, on the loop's thread only.
final class Talk: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    private let connection: ServerConnection
    private let core: Core
    private var isKnown = false
    private var lastID: Int64 = 0
    private var subscriptions: [String: Int64] = [:]
    /// An answer that waits for the next command.
    private var held: [JSONValue] = []

    init(_ connection: ServerConnection, _ core: Core) {
        self.connection = connection
        self.core = core
    }

    func take(_ event: WebSocketEvent) {
        switch event {
        case .opened:
            let model = core.state.withLock { $0.model }
            guard !model.isMute else { return }
            if let nonsense = model.nonsense {
                return connection.send(kind: .text) { $0.append(contentsOf: nonsense.utf8) }
            }
            send(["type": "auth_required", "ha_version": "2026.1.0"])
        case .message(let bytes, _):
            guard let message = try? JSONValue(parsing: bytes) else {
                return connection.close(code: 1003)
            }
            isKnown ? obey(message) : check(message)
        case .drained, .closed, .failed: break
        }
    }

    func tell(_ event: String) {
        guard let id = subscriptions[event] else { return }
        send([
            "id": .int(id), "type": "event",
            "event": ["event_type": .string(event), "data": [:], "origin": "LOCAL"],
        ])
    }

    func hangUp() { connection.abort() }

    private func check(_ message: JSONValue) {
        let token = message["access_token"]?.string ?? ""
        let refusal = core.state.withLock { state in
            state.shownTokens.append(token)
            return state.model.refusal
        }
        guard message["type"]?.string == "auth", token == FakeHome.token else {
            send(["type": "auth_invalid", "message": .string(refusal)])
            return connection.close(code: 1000)
        }
        isKnown = true
        send(["type": "auth_ok", "ha_version": "2026.1.0"])
    }

    private func obey(_ message: JSONValue) {
        for answer in held { send(answer) }
        held = []
        let id = message["id"]?.int ?? 0
        let type = message["type"]?.string ?? ""
        let model = core.state.withLock { state in
            state.commands.append(type)
            return state.model
        }
        guard id > lastID else {
            return fail(id, "id_reuse", "Identifier values have to increase.")
        }
        lastID = id
        guard !model.unknownCommands.contains(type) else {
            return fail(id, "unknown_command", "Unknown command.")
        }
        switch type {
        case "ping": send(["id": .int(id), "type": "pong"])
        case "subscribe_events":
            subscriptions[message["event_type"]?.string ?? ""] = id
            succeed(id, .null)
        case "config/area_registry/list": succeed(id, .array(model.areas))
        case "config/device_registry/list": succeed(id, .array(model.devices))
        case "config/label_registry/list": succeed(id, .array(model.labels))
        case "config/entity_registry/list":
            succeed(id, .array(model.entities.map { $0.without("aliases") }))
        case "config/entity_registry/get_entries":
            let wanted = (message["entity_ids"]?.array ?? []).compactMap(\.string)
            succeed(
                id,
                .object(
                    JSONObject(
                        wanted.map { name in
                            (
                                name,
                                model.entities.first { $0["entity_id"]?.string == name } ?? .null
                            )
                        })))
        case "get_states": succeed(id, .array(model.states))
        case "call_service": serve(id, message)
        default: fail(id, "unknown_command", "Unknown command.")
        }
    }

    private func serve(_ id: Int64, _ message: JSONValue) {
        let service =
            "\(message["domain"]?.string ?? "").\(message["service"]?.string ?? "")"
        let call = HomeCall(
            service: service,
            entities: (message["target"]?["entity_id"]?.array ?? []).compactMap(\.string),
            data: message["service_data"]?.object ?? [:], isByWebSocket: true)
        switch core.take(call) {
        case .unknown: fail(id, "not_found", "Service \(service) not found.")
        case .done: succeed(id, ["context": ["id": "01"]])
        case .reaction(.late): held.append(success(id, ["context": ["id": "01"]]))
        case .reaction(.hang): break
        case .reaction(.hangUp): connection.abort()
        case .reaction(.fail(let code, let words)): fail(id, code, words)
        }
    }

    private func success(_ id: Int64, _ result: JSONValue) -> JSONValue {
        ["id": .int(id), "type": "result", "success": true, "result": result]
    }

    private func succeed(_ id: Int64, _ result: JSONValue) { send(success(id, result)) }

    private func fail(_ id: Int64, _ code: String, _ words: String) {
        send([
            "id": .int(id), "type": "result", "success": false,
            "error": ["code": .string(code), "message": .string(words)],
        ])
    }

    private func send(_ message: JSONValue) {
        connection.send(kind: .text) { $0.append(contentsOf: message.serialized.utf8) }
    }
}

extension JSONValue {
    fileprivate func without(_ name: String) -> JSONValue {
        guard var members = object else { return self }
        members[name] = nil
        return .object(members)
    }
}
