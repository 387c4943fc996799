private import Glibc

/// Finds the addresses of a host's name, as the system's resolver does: /etc/hosts, name servers,
/// and what else nsswitch.conf names.
package enum NameLookup {
    /// Why there are no addresses.
    package enum Failure: Error, Sendable, Equatable {
        /// There is no such name, or it has no address.
        case unknown
        /// No name server could be asked, or none answered; the system's words.
        case unavailable(String)
    }

    /// The addresses of a name as numeric text ("192.0.2.1", "2001:db8::1", "fe80::1%wlan0"), the
    /// best first; at least one.
    ///
    /// Blocks while the name servers do not answer, which may be tens of seconds, and cannot be
    /// interrupted: call it on its own thread. The corresponding C function is `getaddrinfo`.
    package static func addresses(of name: String) throws(Failure) -> [String] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // Do not ask for addresses of a family that this machine has no address of.
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else { throw failure(code) }
        defer { freeaddrinfo(list) }
        var texts: [String] = []
        var next = list
        while let entry = next?.pointee {
            if let text = numeric(entry), !texts.contains(text) { texts.append(text) }
            next = entry.ai_next
        }
        guard !texts.isEmpty else { throw .unknown }
        return texts
    }

    private static func failure(_ code: Int32) -> Failure {
        switch code {
        // EAI_NODATA and EAI_ADDRFAMILY of netdb.h, which are not POSIX.
        case EAI_NONAME, -5, -9: .unknown
        case EAI_SYSTEM: .unavailable(SystemError.last(call: "getaddrinfo").description)
        default: .unavailable(String(cString: gai_strerror(code)))
        }
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        var room = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &room, socklen_t(room.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return String(decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
