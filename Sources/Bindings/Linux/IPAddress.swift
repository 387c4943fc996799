private import Glibc

/// An internet address, with what it reveals about its network.
package struct IPAddress: Sendable, Equatable, CustomStringConvertible {
    /// 4 or 16 bytes, the first of the text first.
    private let bytes: [UInt8]

    /// Reads the usual text of an address, without port, zone or brackets; nil for a name.
    ///
    /// The corresponding C function is `inet_pton`.
    package init?(_ text: String) {
        var room = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &room) == 1 {
            bytes = Array(room[..<4])
        } else if inet_pton(AF_INET6, text, &room) == 1 {
            bytes = room
        } else {
            return nil
        }
    }

    /// The address in a `sockaddr`; nil for other families and truncated ones.
    ///
    /// The caller keeps the bytes alive for the call; any thread may call it.
    package init?(socketAddress: UnsafeRawBufferPointer) {
        guard socketAddress.count >= MemoryLayout<sa_family_t>.size else { return nil }
        let family = socketAddress.loadUnaligned(as: sa_family_t.self)
        let place: (offset: Int, count: Int)
        switch Int32(family) {
        case AF_INET: place = (MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4, 4)
        case AF_INET6: place = (MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8, 16)
        default: return nil
        }
        guard socketAddress.count >= place.offset + place.count else { return nil }
        bytes = Array(socketAddress[place.offset..<(place.offset + place.count)])
    }

    private init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package var description: String {
        var room = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &room, socklen_t(room.count)) != nil else { return "?" }
        return String(decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether it is an address on the internet: not of this machine or its networks, not multicast
    /// or reserved (the special-purpose registries of RFC 6890).
    package var isPublic: Bool {
        if bytes.count == 4 { return !Self.special4.contains { $0.holds(bytes) } }
        // IPv6 addresses that embed an IPv4 address lead where that leads.
        for (prefix, offset) in Self.wrapping where prefix.holds(bytes) {
            return IPAddress(bytes: bytes[offset..<(offset + 4)]).isPublic
        }
        // Only 2000::/3 has been allocated.
        return Block([0x20], bits: 3).holds(bytes) && !Self.special6.contains { $0.holds(bytes) }
    }

    /// A block of addresses with the same prefix.
    private struct Block {
        let start: [UInt8]
        let bits: Int

        init(_ start: [UInt8], bits: Int) {
            self.start = start
            self.bits = bits
        }

        func holds(_ bytes: [UInt8]) -> Bool {
            (0..<bits).allSatisfy { bit in
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                let wanted = bit / 8 < start.count ? start[bit / 8] : 0
                return wanted & mask == bytes[bit / 8] & mask
            }
        }
    }

    private static let special4 = [
        Block([0], bits: 8), Block([10], bits: 8), Block([100, 64], bits: 10),
        Block([127], bits: 8), Block([169, 254], bits: 16), Block([172, 16], bits: 12),
        Block([192, 0, 0], bits: 24), Block([192, 0, 2], bits: 24), Block([192, 168], bits: 16),
        Block([198, 18], bits: 15), Block([198, 51, 100], bits: 24),
        Block([203, 0, 113], bits: 24), Block([224], bits: 4), Block([240], bits: 4),
    ]
    private static let special6 = [
        // Teredo, and documentation.
        Block([0x20, 0x01, 0, 0], bits: 32), Block([0x20, 0x01, 0x0D, 0xB8], bits: 32),
    ]
    /// Mapped (::ffff:a.b.c.d), translated (64:ff9b::a.b.c.d), and 6to4 (2002:aabb:ccdd::).
    private static let wrapping: [(prefix: Block, offset: Int)] = [
        (Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], bits: 96), 12),
        (Block([0, 0x64, 0xFF, 0x9B], bits: 96), 12), (Block([0x20, 0x02], bits: 16), 2),
    ]
}
