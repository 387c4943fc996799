internal import Linux
internal import WebSockets

/// The steps to the service, of which the first that fails is named and those behind it are not
/// blamed.
///
/// What a step is blamed for is decided by the daemon's own connection; the network is asked once
/// more only where its error leaves open what is wrong.
struct ServiceLadder {
    let outcome: ServiceOutcome
    /// Where the connection went; nil: it did not come to that.
    let url: WebSocketURL?
    let proxies: ProxySettings
    let authorityFile: String?
    /// What the service has accepted, in words.
    let accepted: String
    let world: LadderWorld

    private var probes: LineProbes { LineProbes(world: world) }
    private var clock: ServiceClock { ServiceClock(world: world) }

    /// A finding for each step, in order.
    func findings() async -> [Finding] {
        let neighbour = Neighbour(url, proxies)
        let early = clock.early
        var fault = await judged(neighbour)
        // Of a clock that is wrong for certain nothing else need be asked.
        if let early, fault?.rung == .encryption || fault?.rung == .time { fault = early }
        var offset: Int64?
        if early == nil, fault.map({ $0.rung > .encryption }) ?? true {
            offset = await clock.offset(at: origin, trusting: authorityFile)
        }
        let addresses = await addresses(neighbour, fault)
        return ServiceRung.allCases.map { rung in
            if let fault, fault.rung == rung { return fault.finding }
            if rung == .time { return early?.finding ?? clock.finding(offset) }
            guard isProved(rung, fault) else {
                return Finding(
                    .unknown, rung.name, rung.subject,
                    "not known, since another step fails: \(fault?.rung.subject ?? "session")")
            }
            return Finding(.works, rung.name, rung.subject, words(rung, neighbour, addresses))
        }
    }

    /// Whether a step was passed on the way to the fault.
    ///
    /// Who is refused for quota or model had a good key; a fault of the service says nothing of
    /// key, account and model.
    private func isProved(_ rung: ServiceRung, _ fault: ServiceFault?) -> Bool {
        guard let fault else { return true }
        // A refused certificate has names and a line behind it.
        if fault.rung == .time { return (.proxy ... .connection).contains(rung) }
        if rung <= .answer { return rung < fault.rung }
        return rung == .key && (fault.rung == .account || fault.rung == .setup)
    }

    private func words(
        _ rung: ServiceRung, _ neighbour: Neighbour?, _ addresses: [String]
    ) -> String {
        switch rung {
        case .time: ""
        case .proxy: neighbour?.proxy.map { "the way leads through \($0)" } ?? "none is used"
        case .names:
            addresses.isEmpty
                ? "the host is found" : "the host is found: \(addresses.joined(separator: ", "))"
        case .connection: "\(neighbour?.shown ?? "the host") takes connections"
        case .encryption:
            url?.isSecure == false ? "none, as live.url wants" : "the certificate is trusted"
        case .answer: "the service answers"
        case .key: "the service takes the key"
        case .account: "neither project, billing nor quota stops it"
        case .setup: accepted
        case .session:
            if case .ready(let milliseconds) = outcome {
                "set up after \(milliseconds) ms"
            } else {
                "set up"
            }
        }
    }

    /// Found anew for showing, where the way led past them.
    private func addresses(_ neighbour: Neighbour?, _ fault: ServiceFault?) async -> [String] {
        guard let neighbour, isProved(.names, fault) else { return [] }
        return await (try? probes.addresses(of: neighbour.host).get()) ?? []
    }

    /// The root of the server, without path and query.
    private var origin: String {
        guard let url else { return "" }
        return "\(url.isSecure ? "https" : "http")://\(url.server)/"
    }

    // MARK: - What is wrong

    private func judged(_ neighbour: Neighbour?) async -> ServiceFault? {
        switch outcome {
        case .ready: return nil
        case .fault(let fault): return fault
        case .noNames(let reason):
            return probes.nameFault(of: neighbour?.host ?? "", reason, neighbour?.proxy != nil)
        case .noConnection(let reason):
            guard let neighbour else { return nil }
            return await probes.connectionFault(to: neighbour, reason)
                ?? ServiceFault(
                    rung: neighbour.rung, fault: "passing",
                    result: "\(neighbour.shown) took no connection, and takes one now",
                    evidence: reason, remedy: .command("martlet doctor"))
        case .timedOut:
            guard let neighbour else { return nil }
            return await probes.connectionFault(to: neighbour, "nothing came in time")
                ?? silence(neighbour)
        case .ended(let fault):
            guard let neighbour else { return fault }
            return await probes.connectionFault(to: neighbour, fault.result) ?? fault
        case .outOfTime(let words): return await outOfTime(words)
        }
    }

    /// A connection was taken, and then nothing came.
    private func silence(_ neighbour: Neighbour) -> ServiceFault {
        ServiceFault(
            rung: neighbour.proxy != nil
                ? .proxy : url?.isSecure == true ? .encryption : .answer,
            fault: "silent", result: "\(neighbour.shown) takes a connection and says nothing",
            remedy: .action(
                "check live.url, the firewall, and the MTU of the network (a VPN or PPPoE: 1400)"))
    }

    private func outOfTime(_ words: String) async -> ServiceFault {
        let offset =
            if let url {
                await clock.offset(at: world.plainTime(url.host), trusting: nil)
            } else { Int64?.none }
        if let offset, abs(offset) > ServiceClock.certificateSeconds {
            return clock.wrong(by: offset, words)
        }
        return ServiceFault(
            rung: .encryption, fault: "out-of-time",
            result: offset == nil
                ? "certificate and clock do not fit, and no server says which is wrong"
                : "the certificate is out of its time, and the clock is right",
            evidence: words,
            remedy: offset == nil
                ? .command("timedatectl") : .action("have the server's certificate renewed"))
    }
}

/// Who the TCP connection goes to: the service, or a proxy on the way.
struct Neighbour: Sendable {
    let host: String
    let port: Int
    /// Where the proxy is, without its password; nil: a direct connection.
    let proxy: String?

    /// Nil where no address was tried.
    init?(_ url: WebSocketURL?, _ proxies: ProxySettings) {
        guard let url else { return nil }
        let proxy = try? proxies.proxy(for: url)
        host = proxy?.host ?? url.host
        port = proxy?.port ?? url.port
        self.proxy = proxy.map { "\($0)" }
    }

    /// The step that a connection to it is part of.
    var rung: ServiceRung { proxy == nil ? .connection : .proxy }

    /// Host and port, in words.
    var shown: String {
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        return proxy == nil ? place : "the proxy \(place)"
    }
}
