internal import Live
internal import WebSockets

// Why there is no open line, as far as the error alone says.
extension ServiceOutcome {
    /// Judges the error of a connection that never was open.
    init(_ error: WebSocketsError, remedyOfTLS: Finding.Remedy) {
        let fault: Fault
        switch error {
        case .namesUnavailable(_, let reason):
            self = .noNames(reason)
            return
        case .timedOut:
            self = .timedOut
            return
        case .unreachable(_, let reason):
            self = .noConnection(reason)
            return
        case .untrusted(_, .expired), .untrusted(_, .notYetValid):
            self = .outOfTime("\(error)")
            return
        case .refusedUpgrade(let host, let answer):
            self = .fault(.answer(host, answer))
            return
        case .badProxy, .proxyRefused: fault = Self.proxy(error)
        case .unknownName(let host): fault = Self.unknown(host)
        case .untrusted, .noTLS, .badAuthorityFile: fault = Self.encryption(error, remedyOfTLS)
        case .notWebSocket:
            self = .ended(
                ServiceFault(
                    rung: .answer, fault: "no-websocket",
                    result: "what answers is not the service", evidence: "\(error)",
                    remedy: .action("check live.url, and whether the network wants a login")))
            return
        case .badAddress:
            fault = (
                .answer, "address", "live.url is no address of a service",
                .command("martlet config check")
            )
        case .badHeader:
            fault = (
                .key, "characters", "the key holds a line end or a control character",
                .action("put the key alone into its file, on one line")
            )
        case .givenUp, .noContext, .cannotListen, .noDescriptor:
            fault = (.session, "no-attempt", "no connection could be tried here", nil)
        }
        self = .fault(
            ServiceFault(
                rung: fault.rung, fault: fault.name, result: fault.result, evidence: "\(error)",
                remedy: fault.remedy))
    }

    private typealias Fault = (
        rung: ServiceRung, name: String, result: String, remedy: Finding.Remedy?
    )

    private static func proxy(_ error: WebSocketsError) -> Fault {
        switch error {
        case .badProxy:
            (
                .proxy, "malformed", "the proxy of the environment cannot be used",
                .command("env | grep -i _proxy")
            )
        case .proxyRefused(_, _, 407?):
            (
                .proxy, "login", "the proxy wants another user or password",
                .action("write http://user:password@host:port into the proxy's variable")
            )
        default:
            (
                .proxy, "refused", "the proxy opens no line to the service",
                .action("have the proxy allow the service, or name the service in no_proxy")
            )
        }
    }

    private static func encryption(
        _ error: WebSocketsError, _ remedyOfTLS: Finding.Remedy
    ) -> Fault {
        switch error {
        case .untrusted(_, .unknownAuthority):
            (
                .encryption, "authority",
                "no authority that is trusted here has signed the certificate", remedyOfTLS
            )
        case .untrusted(_, .otherHost):
            (
                .encryption, "other-host", "the certificate is for another host",
                .action("check live.url, and that nothing between here and there cuts in")
            )
        case .noTLS:
            (
                .encryption, "no-tls", "what answers does not speak TLS",
                .action("check live.url, and that no portal or proxy cuts in")
            )
        case .badAuthorityFile:
            (.encryption, "authority-file", "the authority file cannot be read", remedyOfTLS)
        default:
            (.encryption, "untrusted", "the certificate is not accepted", remedyOfTLS)
        }
    }

    private static func unknown(_ host: String) -> Fault {
        // Without its port.
        let name = host.lastIndex(of: ":").map { String(host[..<$0]) } ?? host
        return (
            .names, "unknown", "the name server knows no \(name)",
            .command("getent hosts \(name.quoted)")
        )
    }
}

extension ServiceFault {
    /// An HTTP answer came in place of the upgrade.
    fileprivate static func answer(_ host: String, _ answer: UpgradeRefusal) -> ServiceFault {
        let refusal = OpeningRefusal(host: host, answer: answer)
        let status = answer.status
        let isOfService = refusal.isOfService
        if isOfService || status == 401 || status == 403 || status == 429 {
            return .refusal(refusal.reason, code: nil, text: refusal.text)
        }
        let isPortal = (200..<400).contains(status) || status == 511 || status == 407
        return ServiceFault(
            rung: .answer, fault: isPortal ? "portal" : status >= 500 ? "trouble" : "not-found",
            result: isPortal
                ? "a web server or a portal answers in the service's place"
                : status >= 500
                    ? "the service has a problem of its own" : "what answers has no such service",
            evidence: refusal.text,
            remedy: isPortal
                ? .action("open a page in a browser in this network and log in, or check live.url")
                : status >= 500
                    ? .action("wait a minute and try again")
                    : .action("check live.url, live.api_version and live.model"))
    }
}
