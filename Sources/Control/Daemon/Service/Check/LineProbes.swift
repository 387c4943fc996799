internal import Linux

/// What is asked of names and addresses when a connection has failed, to tell one fault from
/// another.
struct LineProbes: Sendable {
    /// How long a name may take here; the connection has waited for it already.
    static let nameLimit: Duration = .seconds(5)
    /// How long an address may take (milliseconds).
    static let connectMilliseconds: Int32 = 3000
    /// The addresses that are tried, as by the connection itself.
    static let addressLimit = 8
    /// A longer /etc/resolv.conf is none (bytes).
    private static let resolvConfLimitBytes = 64 << 10

    let world: LadderWorld

    /// The addresses of a name, or the name itself where it is one.
    func addresses(of host: String) async -> Result<[String], NameLookup.Failure> {
        if IPAddress(host) != nil { return .success([host]) }
        // A look-up cannot be taken back, so that its thread may outlast the wait for it.
        let (results, continuation) = AsyncStream<Result<[String], NameLookup.Failure>>.makeStream()
        DiskThread(name: "names").perform {
            continuation.yield(
                Result { () throws(NameLookup.Failure) in try NameLookup.addresses(of: host) })
        }
        let timer = Task {
            try? await Task.sleep(for: Self.nameLimit)
            continuation.yield(.failure(.unavailable("no answer in time")))
        }
        defer { timer.cancel() }
        for await result in results { return result }
        return .failure(.unavailable("no answer in time"))
    }

    /// Why there is no address of a host.
    func nameFault(of host: String, _ reason: String, _ isProxy: Bool) -> ServiceFault {
        let (fault, result, evidence, remedy) = nameFault(host, reason)
        return ServiceFault(
            rung: isProxy ? .proxy : .names, fault: isProxy ? "name-\(fault)" : fault,
            result: result, evidence: evidence, remedy: remedy)
    }

    private func nameFault(
        _ host: String, _ reason: String
    ) -> (String, String, String, Finding.Remedy?) {
        let file = world.resolvConf
        let text: String
        do throws(SystemError) {
            let bytes = try Files.read(file, limitBytes: Self.resolvConfLimitBytes)
            text = String(decoding: bytes, as: UTF8.self)
        } catch {
            let isMissing = !Files.exists(file)
            return (
                isMissing ? "no-resolv-conf" : "resolv-conf-unreadable",
                isMissing ? "there is no \(file)" : "\(file) cannot be read", "\(error); \(reason)",
                .command("sudo systemctl restart NetworkManager systemd-networkd dhcpcd")
            )
        }
        let servers = Self.nameServers(text)
        guard !servers.isEmpty else {
            return (
                "no-server", "\(file) names no name server", reason,
                .action("have the network give one (DHCP), or set one in its settings")
            )
        }
        guard world.leadsOut() else {
            return (
                "no-network", "no way leads out of this machine: it is in no network", reason,
                .command("ip route; nmcli device status")
            )
        }
        return (
            "silent", "no name server gives an answer",
            "\(servers.joined(separator: ", ")) in \(file): \(reason)",
            .command("getent hosts \(host.quoted); ping -c 3 \(servers[0].quoted)")
        )
    }

    /// The name servers that resolv.conf(5) names.
    static func nameServers(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count >= 2 && words[0] == "nameserver" ? String(words[1]) : nil
        }
    }

    /// Why a host gives no connection; nil: it gives one now.
    func connectionFault(to neighbour: Neighbour, _ reason: String) async -> ServiceFault? {
        let found: [String]
        switch await addresses(of: neighbour.host) {
        case .success(let addresses): found = addresses
        case .failure(.unknown): found = []
        case .failure(.unavailable(let words)):
            return nameFault(of: neighbour.host, words, neighbour.proxy != nil)
        }
        var seen: [(address: String, probe: ConnectionProbe)] = []
        let (thread, port) = (DiskThread(name: "probe"), neighbour.port)
        for address in found.prefix(Self.addressLimit) {
            let probe = await thread.run {
                ConnectionProbe.attempt(
                    address, port: port, timeoutMilliseconds: Self.connectMilliseconds)
            }
            guard probe != .connected else { return nil }
            seen.append((address, probe))
        }
        let probes = seen.map(\.probe)
        let (fault, result, remedy): (String, String, Finding.Remedy)
        if probes.contains(.refused) {
            (fault, result) = ("refused", "refuses connections: nothing listens there")
            remedy = .action("check host and port of live.url, or of the proxy")
        } else if probes.contains(.silent) {
            (fault, result) = ("silent", "does not answer")
            remedy = .action("see the firewall and the router; a portal may want a login")
        } else {
            (fault, result) = ("unreachable", "cannot be reached from here")
            remedy = .command("ip route get \(found.first?.quoted ?? "1.1.1.1")")
        }
        let evidence = seen.map { "\($0.address): \(Self.words($0.probe))" }
        return ServiceFault(
            rung: neighbour.rung,
            fault: neighbour.proxy == nil ? fault : "connection-\(fault)",
            result: "\(neighbour.shown) \(result)",
            evidence: evidence.isEmpty ? reason : evidence.joined(separator: "; "), remedy: remedy)
    }

    private static func words(_ probe: ConnectionProbe) -> String {
        switch probe {
        case .connected: "connected"
        case .refused: "connection refused"
        case .unreachable(let words): words.lowercased()
        case .silent: "no answer within \(connectMilliseconds) ms"
        }
    }
}
