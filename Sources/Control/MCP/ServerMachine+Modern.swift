internal import Text
internal import WireCodec

// The revision 2026-07-28 has no handshake: every request is self-contained, `server/discover`
// returns what a server supports, and changes come through a request that stays open. Most such
// servers support the handshake, too, so it is tried first; this way is for servers that refuse it.

extension ServerMachine {
    /// The revision to use with servers that refuse `initialize`.
    static let modernVersion = "2026-07-28"
    private static let prefix = "io.modelcontextprotocol"

    /// The parameters with the members that every request carries in this revision.
    func marked(_ params: JSONValue?) -> JSONValue? {
        guard isModern else { return params }
        var members = params?.object ?? [:]
        var meta = members["_meta"]?.object ?? [:]
        meta["\(Self.prefix)/protocolVersion"] = .string(Self.modernVersion)
        meta["\(Self.prefix)/clientInfo"] = clientInfo
        meta["\(Self.prefix)/clientCapabilities"] = [:]
        members["_meta"] = .object(meta)
        return .object(members)
    }

    var clientInfo: JSONValue { ["name": "martlet", "version": .string(clientVersion)] }

    /// The version that a request itself names; nil for requests of sessions.
    static func version(of message: JSONValue) -> String? {
        message["params"]?["_meta"]?["\(prefix)/protocolVersion"]?.string
    }

    /// Asks a server what it supports; `refusal` is its answer to the handshake.
    mutating func discover(after refusal: String?, until: Int64) {
        isModern = true
        handshakeRefusal = refusal
        _ = request(.discover, "server/discover", nil, until: until)
    }

    mutating func discovered(_ result: JSONValue, at now: Int64) {
        let versions = (result["supportedVersions"]?.array ?? []).compactMap(\.string)
        guard versions.contains(Self.modernVersion) else {
            isModern = false
            let spoken = versions.map { $0.oneLine(limit: 40) }.prefix(8).joined(separator: ", ")
            return fail("it supports the protocol's versions \(spoken), which we do not", at: now)
        }
        actions.append(.agreed(version: Self.modernVersion))
        let info = result["_meta"]?["\(Self.prefix)/serverInfo"]
        begin(result, info, version: Self.modernVersion, at: now)
    }

    mutating func discoveryFailed(_ reason: String, at now: Int64) {
        isModern = false
        fail("it refuses to begin: \(handshakeRefusal ?? reason)", at: now)
    }

    /// Subscribes to changes with a request that stays open; after a handshake they come anyway.
    mutating func subscribe() {
        guard isModern, tellsChanges else { return }
        guard !requests.values.contains(where: { $0.kind == .subscription }) else { return }
        _ = request(
            .subscription, "subscriptions/listen", ["notifications": ["toolsListChanged": true]],
            until: nil)
    }
}
