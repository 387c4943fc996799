package import TestHTTP
package import WireCodec

/// The contents of a fake Home Assistant.
package struct HomeModel: Sendable {
    package var areas: [JSONValue] = []
    package var devices: [JSONValue] = []
    /// As `config/entity_registry/get` returns them, with aliases.
    package var entities: [JSONValue] = []
    package var labels: [JSONValue] = []
    package var states: [JSONValue] = []
    /// "light.turn_on" and so on; others are not found.
    package var services: Set<String> = [
        "light.turn_on", "light.turn_off", "light.toggle", "switch.turn_on", "switch.turn_off",
        "cover.open_cover", "cover.close_cover", "lock.lock", "lock.unlock", "script.turn_on",
        "media_player.volume_set", "climate.set_temperature",
    ]
    /// The misbehaviour of a service, by its name.
    package var reactions: [String: Reaction] = [:]
    /// The message that refuses a wrong token.
    package var refusal = "Invalid access token or password"
    /// Commands of the WebSocket that an older release does not know.
    package var unknownCommands: Set<String> = []
    /// With this the WebSocket is refused, as behind a proxy that does not support it.
    package var refusesWebSocket = false
    /// A text that is sent first in place of JSON.
    package var nonsense: String?
    /// States are not sent before this is open.
    package var stateGate: Gate?
    /// The WebSocket is accepted, but nothing is ever sent.
    package var isMute = false

    /// The misbehaviour of a service.
    package enum Reaction: Sendable {
        case fail(code: String, message: String)
        /// It never answers.
        case hang
        /// The connection ends before the answer.
        case hangUp
        /// It works, but answers only after this request has arrived.
        case late
    }

    /// An empty home.
    package init() {}

    /// Adds an entity with its state.
    package mutating func add(
        _ id: String, _ name: String, area: String? = nil, device: String? = nil,
        labels: [String] = [], aliases: [String] = [], state: String = "off",
        attributes: JSONObject = [:], aside: String? = nil
    ) {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        entities.append([
            "entity_id": .string(id), "area_id": text(area), "device_id": text(device),
            "labels": .array(labels.map { .string($0) }),
            "aliases": .array(aliases.map { .string($0) }), "hidden_by": .null,
            "disabled_by": .null, "entity_category": text(aside), "name": .null,
            "original_name": .string(name), "platform": "test",
        ])
        var all = attributes
        all["friendly_name"] = .string(name)
        states.append([
            "entity_id": .string(id), "state": .string(state), "attributes": .object(all),
            "last_changed": "2026-01-01T00:00:00+00:00",
        ])
    }

    /// Gives an entity another name, as its owner may at any time.
    package mutating func rename(_ id: String, to name: String) {
        change(id) { state in
            var attributes = state["attributes"]?.object ?? [:]
            attributes["friendly_name"] = .string(name)
            state["attributes"] = .object(attributes)
        }
    }

    /// Puts an entity in a state.
    package mutating func set(_ id: String, to state: String) {
        change(id) { $0["state"] = .string(state) }
    }

    /// The state of an entity, as the API returns it.
    package func state(of id: String) -> JSONValue? {
        states.first { $0["entity_id"]?.string == id }
    }

    private mutating func change(_ id: String, _ body: (inout JSONObject) -> Void) {
        guard let index = states.firstIndex(where: { $0["entity_id"]?.string == id }),
            var state = states[index].object
        else { return }
        body(&state)
        states[index] = .object(state)
    }

    /// Applies a service to its targets.
    mutating func perform(_ service: String, on ids: [String]) {
        let states = [
            "turn_on": "on", "turn_off": "off", "open_cover": "open", "close_cover": "closed",
            "lock": "locked", "unlock": "unlocked",
        ]
        let verb = String(service.drop { $0 != "." }.dropFirst())
        guard let state = states[verb] else { return }
        for id in ids where self.state(of: id)?["state"]?.string != "unavailable" {
            set(id, to: state)
        }
    }
}

/// A service call that a fake Home Assistant received.
package struct HomeCall: Sendable, Equatable {
    /// "light.turn_on".
    package var service: String
    package var entities: [String]
    package var data: JSONObject
    package var isByWebSocket: Bool

    /// An actual or an expected call.
    package init(service: String, entities: [String], data: JSONObject, isByWebSocket: Bool) {
        self.service = service
        self.entities = entities
        self.data = data
        self.isByWebSocket = isByWebSocket
    }
}
