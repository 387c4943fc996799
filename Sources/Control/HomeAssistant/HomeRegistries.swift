internal import WireCodec

/// What Home Assistant reports about a home, collected until it makes a directory.
///
/// The shapes are those of `config/*_registry/list` and `get_states` of its WebSocket API. A member
/// that is missing or of another type costs its own entity a name, an area or a label, and no other
/// entity.
struct HomeRegistries: Sendable, Equatable {
    struct Area: Sendable, Equatable {
        var name: String
        var spellings: [String]
    }

    struct Device: Sendable, Equatable {
        var area: String?
        var labels: [String]
    }

    struct Entry: Sendable, Equatable {
        var area: String?
        var device: String?
        var labels: [String]
        var isAside: Bool
    }

    struct State: Sendable, Equatable {
        var name: String?
        var deviceClass: String?
    }

    private var areas: [String: Area] = [:]
    private var devices: [String: Device] = [:]
    private var entries: [String: Entry] = [:]
    private var labels: [String: String] = [:]
    private var states: [String: State] = [:]
    private var aliases: [String: [String]] = [:]

    /// The lists that are requested.
    enum List: String, Sendable, CaseIterable {
        case areas = "config/area_registry/list"
        case devices = "config/device_registry/list"
        case entities = "config/entity_registry/list"
        case labels = "config/label_registry/list"
        case states = "get_states"
    }

    /// Takes over an answer.
    mutating func take(_ list: List, _ answer: JSONValue) {
        let items = answer.array ?? []
        switch list {
        case .areas: areas = Self.index(items, by: "area_id") { Area($0) }
        case .devices: devices = Self.index(items, by: "id") { Device($0) }
        case .entities: entries = Self.index(items, by: "entity_id") { Entry($0) }
        case .labels: labels = Self.index(items, by: "label_id") { $0["name"]?.string }
        case .states: states = Self.index(items, by: "entity_id") { State($0) }
        }
    }

    /// Takes over the answer to `config/entity_registry/get_entries`.
    mutating func takeAliases(_ answer: JSONValue) {
        aliases = [:]
        for (id, entry) in answer.object ?? [:] {
            aliases[id] = (entry["aliases"]?.array ?? []).compactMap(\.string)
        }
    }

    private static func index<Value>(
        _ items: [JSONValue], by key: String, _ read: (JSONValue) -> Value?
    ) -> [String: Value] {
        var index: [String: Value] = [:]
        for item in items {
            guard let id = item[key]?.string else { continue }
            index[id] = read(item)
        }
        return index
    }

    /// The directory of what the model may see.
    func directory(_ exposure: HomeExposure) -> HomeDirectory {
        guard !exposure.isEmpty else { return HomeDirectory([]) }
        return HomeDirectory(
            states.compactMap { id, state in
                let entry = entries[id]
                let device = entry?.device.flatMap { devices[$0] }
                let areaID = entry?.area ?? device?.area
                let area = areaID.flatMap { areas[$0] }
                let labelIDs = (entry?.labels ?? []) + (device?.labels ?? [])
                let candidate = HomeExposure.Candidate(
                    id: id,
                    areaNames: (area?.spellings ?? []) + [areaID].compactMap { $0 },
                    labelNames: labelIDs + labelIDs.compactMap { labels[$0] },
                    isAside: entry?.isAside ?? false)
                guard exposure.admits(candidate) else { return nil }
                return HomeEntity(
                    id: id, name: state.name ?? id, aliases: aliases[id] ?? [], area: area?.name,
                    deviceClass: state.deviceClass)
            })
    }

    /// The ids of exposed entities that the registry knows, which may have aliases.
    func registered(_ directory: HomeDirectory) -> [String] {
        directory.entities.map(\.id).filter { entries[$0] != nil }
    }
}

extension HomeRegistries.Area {
    init?(_ item: JSONValue) {
        guard let name = item["name"]?.string else { return nil }
        self.init(
            name: name, spellings: [name] + (item["aliases"]?.array ?? []).compactMap(\.string))
    }
}

extension HomeRegistries.Device {
    init(_ item: JSONValue) {
        self.init(
            area: item["area_id"]?.string,
            labels: (item["labels"]?.array ?? []).compactMap(\.string))
    }
}

extension HomeRegistries.Entry {
    init(_ item: JSONValue) {
        self.init(
            area: item["area_id"]?.string, device: item["device_id"]?.string,
            labels: (item["labels"]?.array ?? []).compactMap(\.string),
            isAside: ["hidden_by", "disabled_by", "entity_category"].contains {
                item[$0]?.string != nil
            })
    }
}

extension HomeRegistries.State {
    init(_ item: JSONValue) {
        let attributes = item["attributes"]
        self.init(
            name: attributes?["friendly_name"]?.string,
            deviceClass: attributes?["device_class"]?.string)
    }
}
