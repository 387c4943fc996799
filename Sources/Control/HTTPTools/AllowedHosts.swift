internal import Curl
internal import Linux

/// The servers that a tool's requests may go to.
struct AllowedHosts: Sendable {
    private struct Entry: Sendable {
        let host: String
        /// Nil: the usual ports of the web.
        let port: Int?
    }

    /// More than this is no list that somebody wrote.
    static let limit = 64

    private let entries: [Entry]
    private let allowsLocal: Bool

    /// Hosts as "name", "name:8443", "10.1.2.3" or "[::1]:80".
    ///
    /// `allowsLocal`: names that look like names of the internet may lead into the home network.
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

    /// Which addresses the host's name may lead to.
    ///
    /// A host that is of the home by its name was meant to be; any other is one of the internet,
    /// and the one who answers for its name must not lead us into the home.
    func reach(_ address: WebAddress) -> HTTPReach {
        allowsLocal || Self.isOfTheHome(address.host) ? .anywhere : .internetOnly
    }

    private static let homeEndings = [
        ".localhost", ".local", ".lan", ".home", ".home.arpa", ".internal",
    ]

    /// Whether nobody out in the internet can have given this name away (RFC 6761, 6762, 8375).
    private static func isOfTheHome(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if let address = IPAddress(bare) { return !address.isPublic }
        return !bare.contains(".") || homeEndings.contains { bare.hasSuffix($0) }
    }
}
