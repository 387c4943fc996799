/// Whether the kernel's routing tables have a way out of this machine.
///
/// It does not say whether any host answers there.
package enum NetworkRoutes {
    /// A table of this size has a default route among its first lines (bytes).
    private static let limitBytes = 1 << 20
    /// RTF_UP of linux/route.h.
    private static let up: UInt32 = 1
    /// RTF_REJECT of linux/ipv6_route.h: the kernel's own route to nowhere.
    private static let reject: UInt32 = 0x0200

    /// Whether there is a default route over any interface; true if that cannot be determined.
    package static func leadOut() -> Bool {
        let tables = ["/proc/net/route", "/proc/net/ipv6_route"].map {
            (try? Files.read($0, limitBytes: limitBytes)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        guard let four = tables[0] else { return true }
        return leadOut(four: four) || leadOut(six: tables[1] ?? "")
    }

    /// Whether the text of /proc/net/route (proc_net(5)) has a default route.
    ///
    /// Its columns: interface, destination, gateway, flags, three counts, mask.
    static func leadOut(four table: String) -> Bool {
        table.split(separator: "\n").dropFirst().contains { line in
            let columns = line.split(whereSeparator: \.isWhitespace)
            guard columns.count >= 8, let flags = UInt32(columns[3], radix: 16) else {
                return false
            }
            return isZero(columns[1]) && isZero(columns[7]) && isUsed(columns[0], flags)
        }
    }

    /// Whether the text of /proc/net/ipv6_route has a default route.
    ///
    /// Its columns: destination and its prefix, source and its prefix, next hop, metric, two
    /// counts, flags, interface.
    static func leadOut(six table: String) -> Bool {
        table.split(separator: "\n").contains { line in
            let columns = line.split(whereSeparator: \.isWhitespace)
            guard columns.count >= 10, let flags = UInt32(columns[8], radix: 16) else {
                return false
            }
            return isZero(columns[0]) && isZero(columns[1]) && isUsed(columns[9], flags)
        }
    }

    private static func isZero(_ digits: Substring) -> Bool { digits.allSatisfy { $0 == "0" } }

    private static func isUsed(_ interface: Substring, _ flags: UInt32) -> Bool {
        interface != "lo" && flags & up != 0 && flags & reject == 0
    }
}
