internal import Curl
internal import Linux

/// The servers that a tool's requests may go to.
struct AllowedHosts: Sendable {
    private struct Entry: Sendable {
        let host: String
        /// Nil: the usual ports of the web.
        let port: Int?
    }

    /// A longer list was not written by hand.
    static let limit = 64

    private let entries: [Entry]
    private let allowsLocal: Bool

    /// Hosts as "name", "name:8443", "10.1.2.3" or "[::1]:80".
    ///
    /// `allowsLocal`: internet names may resolve to addresses of the home network.
    init(_ texts: [String], allowsLocal: Bool) throws(WebTemplateError) {
        guard texts.count <= Self.limit else { throw .tooManyHosts(Self.limit) }
        var entries: [Entry] = []
        for text in texts {
            guard let place = WebAddress.place(text[...]) else { throw .badHost(text) }
            entries.append(Entry(host: place.host, port: place.port))
        }
        self.entries = entries
        self.allowsLocal = allowsLocal
    }

    /// Whether requests may go there.
    func admit(_ address: WebAddress) -> Bool {
        entries.contains { entry in
            entry.host == address.host
                && (entry.port.map { $0 == address.port } ?? [80, 443].contains(address.port))
        }
    }

    /// The addresses that the host's name may resolve to.
    ///
    /// A host whose name is local was meant to be local; any other name belongs to the internet,
    /// and the owner of its DNS must not direct us into the home network.
    func reach(_ address: WebAddress) -> HTTPReach {
        allowsLocal || Self.isOfTheHome(address.host) ? .anywhere : .internetOnly
    }

    private static let homeEndings = [
        ".localhost", ".local", ".lan", ".home", ".home.arpa", ".internal",
    ]

    /// Whether the name is local, so that nobody on the internet can own it (RFC 6761, 6762, 8375).
    private static func isOfTheHome(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if let address = IPAddress(bare) { return !address.isPublic }
        return !bare.contains(".") || homeEndings.contains { bare.hasSuffix($0) }
    }
}
