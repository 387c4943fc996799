import Glibc
import Linux
import TestSockets
import Testing

@testable import WebSockets

/// A listening socket on another address of this machine, which is never accepted from.
final class UnservedAddress: Sendable {
    private let descriptors: [Int32]

    /// Binds 127.0.0.`last`; with `isDeaf` not even TCP answers, since its queue is full.
    init(last: UInt8, port: Int, isDeaf: Bool) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Loopback.address(port: port)
        address.sin_addr.s_addr = (UInt32(0x7F00_0000) + UInt32(last)).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var open = [listener]
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) }
        }
        guard isBound == 0, listen(listener, isDeaf ? 0 : 16) == 0 else {
            throw SystemError(call: "bind", code: errno)
        }
        if isDeaf {
            // One more than the queue takes; the rest is dropped.
            for _ in 0..<4 {
                let filler = socket(
                    AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                open.append(filler)
                _ = withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        Glibc.connect(filler, $0, length)
                    }
                }
            }
        }
        descriptors = open
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}

/// Hosts with several addresses, some of which are unreachable.
@Suite(.timeLimit(.minutes(5)))
struct AddressTests {
    private func greeter(
        _ test: TestLoop, identity: WebSocketListener.Identity? = nil
    ) async throws -> (WebSocketListener, Shared<Int>) {
        let visits = Shared(0)
        let server = try await test.listen(identity: identity) { connection, event in
            guard case .opened = event else { return }
            visits.withLock { $0 += 1 }
            connection.close(code: 1000, reason: "hello")
        }
        return (server, visits)
    }

    private func events(
        _ addresses: [String], _ test: TestLoop, names: ScriptedNames, url: String,
        authority: String? = nil
    ) async throws -> [String] {
        names.set("far.test", .success(addresses))
        let log = EventLog()
        _ = try await test.connect(url, authority: authority, log: log)
        return await log.untilEnd().filter { $0 != "drained" }
    }

    @Test(
        "addresses that refuse are skipped at once",
        arguments: [
            ["127.0.0.1"], ["127.0.0.2", "127.0.0.1"], ["::1", "127.0.0.1"],
            ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"],
            ["::1", "127.0.0.2", "fe80::1%none", "nonsense", "127.0.0.1"],
        ])
    func addressesThatRefuseArePassed(addresses: [String]) async throws {
        let names = ScriptedNames([:])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let (server, visits) = try await greeter(test)
        let url = "ws://far.test:\(server.port)/"
        #expect(
            try await events(addresses, test, names: names, url: url)
                == ["opened", "closed 1000 hello"])
        #expect(visits.withLock { $0 } == 1, "it was asked once")
    }

    @Test("a silent address does not keep the next one from being tried")
    func anAddressThatIsSilent() async throws {
        let names = ScriptedNames([:])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let (server, visits) = try await greeter(test)
        let deaf = try UnservedAddress(last: 2, port: server.port, isDeaf: true)
        let url = "ws://far.test:\(server.port)/"
        #expect(
            try await events(["127.0.0.2", "127.0.0.1"], test, names: names, url: url)
                == ["opened", "closed 1000 hello"])
        #expect(visits.withLock { $0 } == 1)
        withExtendedLifetime(deaf) {}
    }

    @Test("an address that accepts and is silent in TLS loses to the next")
    func anAddressThatTakesThe()
        async throws
    {
        let names = ScriptedNames([:])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let certificates = try Certificates()
        let identity = try await certificates.make(host: "far.test")
        let (server, visits) = try await greeter(test, identity: identity)
        let mute = try UnservedAddress(last: 2, port: server.port, isDeaf: false)
        #expect(
            try await events(
                ["127.0.0.2", "127.0.0.1"], test, names: names,
                url: "wss://far.test:\(server.port)/", authority: identity.certificateFile)
                == ["opened", "closed 1000 hello"])
        #expect(visits.withLock { $0 } == 1)
        withExtendedLifetime(mute) {}
    }

    @Test("when no address works, the host is named and not its addresses")
    func whereNoAddressLeadsAnywhere()
        async throws
    {
        let names = ScriptedNames([:])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let last = try await events(
            ["127.0.0.2", "::1", "127.0.0.3"], test, names: names, url: "ws://far.test:1/")
        #expect(last.count == 1)
        #expect(last.first?.hasPrefix("failed cannot reach far.test:1: ") == true, "\(last)")
    }

    @Test("the certificate is checked for the name, and TLS sends the name")
    func theCertificateIsCheckedFor() async throws {
        let names = ScriptedNames([:])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let certificates = try Certificates()
        for (host, isRight) in [("far.test", true), ("other.test", false)] {
            let identity = try await certificates.make(host: host)
            let (server, visits) = try await greeter(test, identity: identity)
            let url = "wss://far.test:\(server.port)/"
            let seen = try await events(
                ["127.0.0.1"], test, names: names, url: url, authority: identity.certificateFile)
            #expect(visits.withLock { $0 } == (isRight ? 1 : 0))
            if isRight {
                #expect(seen == ["opened", "closed 1000 hello"])
            } else {
                #expect(seen.last?.contains("is for another host") == true, "\(seen)")
            }
            try await test.on { _ in server.close() }
        }
        let hello = Shared<[UInt8]>([])
        let ear = try RawServer { line in hello.withLock { $0 = line.read() } }
        _ = try await events(
            ["127.0.0.1"], test, names: names, url: "wss://far.test:\(ear.port)/")
        let bytes = hello.withLock { $0 }
        #expect(bytes.firstRange(of: Array("far.test".utf8)) != nil)
        #expect(bytes.firstRange(of: Array("127.0.0.1".utf8)) == nil)
    }

    @Test("the Host header holds the name, and brackets around an IPv6 address")
    func theHostHeaderHoldsThe() async throws {
        let heads = Shared<[String]>([])
        let server = try RawServer { line in heads.withLock { $0.append(line.readHead()) } }
        let names = ScriptedNames([:])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        _ = try await events(
            ["127.0.0.1"], test, names: names, url: "ws://far.test:\(server.port)/x?y")
        let head = heads.withLock { $0.first ?? "" }
        #expect(head.contains("\r\nHost: far.test:\(server.port)\r\n"), "\(head)")
        #expect(try WebSocketURL("ws://[::1]:9000/").hostHeader == "[::1]:9000")
        #expect(try WebSocketURL("wss://a.test/").hostHeader == "a.test")
    }
}
