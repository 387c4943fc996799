import Glibc
import Linux
import Testing

@Suite("Local sockets")
struct UnixSocketTests {
    @Test("a stream connects, carries bytes both ways and ends")
    func stream() throws {
        let folder = try TemporaryFolder()
        let address = UnixAddress("\(folder.path)/socket")
        let listener = try UnixSocket(boundTo: address, kind: .stream)
        #expect(try listener.accept() == nil)
        do {
            let client = try UnixSocket(connectingTo: address, kind: .stream)
            guard let server = try listener.accept() else {
                Issue.record("no client connected")
                return
            }
            #expect(try server.receive(limit: 10) == nil)
            #expect(try client.send([1, 2, 3]) == 3)
            #expect(try server.receive(limit: 10) == [1, 2, 3])
            #expect(try server.send([4]) == 1)
            #expect(try client.receive(limit: 10) == [4])
        }
    }

    @Test("the end of a stream is empty, and writing to it an error")
    func endOfStream() throws {
        let address = UnixAddress.abstract("martlet-test-end-\(getpid())")
        let listener = try UnixSocket(boundTo: address, kind: .stream)
        let client = try UnixSocket(connectingTo: address, kind: .stream)
        do { _ = try listener.accept() }
        #expect(try client.receive(limit: 10) == [])
        #expect(throws: SystemError(call: "send", code: EPIPE)) { try client.send([1]) }
    }

    @Test("datagrams keep their boundaries")
    func datagrams() throws {
        let address = UnixAddress("@martlet-test-datagram-\(getpid())")
        let receiver = try UnixSocket(boundTo: address, kind: .datagram)
        let sender = try UnixSocket(connectingTo: address, kind: .datagram)
        _ = try sender.send([1, 2])
        _ = try sender.send([3])
        #expect(try receiver.receive(limit: 10) == [1, 2])
        #expect(try receiver.receive(limit: 10) == [3])
        #expect(try receiver.receive(limit: 10) == nil)
    }

    @Test("a full socket takes nothing and does not block")
    func backPressure() throws {
        let address = UnixAddress.abstract("martlet-test-full-\(getpid())")
        let listener = try UnixSocket(boundTo: address, kind: .stream)
        let client = try UnixSocket(connectingTo: address, kind: .stream)
        let chunk = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<1_000 where try client.send(chunk[...]) == nil { return }
        Issue.record("an unread socket took everything")
        _ = try listener.accept()
    }

    @Test("no listener, a too long name, a name in use: each is its own error")
    func errors() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/socket"
        #expect(throws: SystemError(call: "connect \(path)", code: ENOENT)) {
            _ = try UnixSocket(connectingTo: .path(path), kind: .stream)
        }
        let long = String(repeating: "x", count: 108)
        #expect(throws: SystemError(call: "bind \(long)", code: ENAMETOOLONG)) {
            _ = try UnixSocket(boundTo: .path(long), kind: .stream)
        }
        let first = try UnixSocket(boundTo: .path(path), kind: .stream)
        #expect(throws: SystemError(call: "bind \(path)", code: EADDRINUSE)) {
            _ = try UnixSocket(boundTo: .path(path), kind: .stream)
        }
        // The failed attempt must not have taken the file of the one in use.
        _ = try UnixSocket(connectingTo: .path(path), kind: .stream)
        #expect(first.descriptor > 2)
    }

    @Test("a file that a dead process left is replaced, and removed at the end")
    func staleFile() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/socket"
        try leaveStale(path)
        #expect(Files.exists(path))
        do {
            let listener = try UnixSocket(boundTo: .path(path), kind: .stream)
            _ = try UnixSocket(connectingTo: .path(path), kind: .stream)
            #expect(listener.descriptor > 2)
        }
        #expect(!Files.exists(path))
    }

    @Test("an ordinary file in the way is left alone")
    func ordinaryFile() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try Files.writeAtomically(path, [1], mode: 0o600)
        #expect(throws: SystemError(call: "bind \(path)", code: EADDRINUSE)) {
            _ = try UnixSocket(boundTo: .path(path), kind: .stream)
        }
        #expect(try Files.read(path, limitBytes: 10) == [1])
    }

    /// A socket file whose owner ended without removing it.
    private func leaveStale(_ path: String) throws {
        let listener = try UnixSocket(boundTo: .path(path), kind: .stream)
        try #require(rename(path, "\(path).kept") == 0)
        _ = consume listener
        try #require(rename("\(path).kept", path) == 0)
    }
}

@Suite("Service notifications")
struct ServiceNotifierTests {
    @Test("systemd gets the messages of sd_notify")
    func messages() throws {
        let name = "@martlet-test-notify-\(getpid())"
        let systemd = try UnixSocket(boundTo: UnixAddress(name), kind: .datagram)
        let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": name]))
        func next() throws -> String {
            String(decoding: try systemd.receive(limit: 1_000) ?? [], as: UTF8.self)
        }
        notifier.ready()
        #expect(try next() == "READY=1")
        notifier.status("two\nlines")
        #expect(try next() == "STATUS=two lines")
        notifier.watchdog()
        #expect(try next() == "WATCHDOG=1")
        notifier.reloading()
        #expect(try next().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        notifier.stopping()
        #expect(try next() == "STOPPING=1")
    }

    @Test("without systemd there is no notifier, and an unread socket does no harm")
    func absent() throws {
        #expect(ServiceNotifier(environment: [:]) == nil)
        #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": ""]) == nil)
        let deaf = ServiceNotifier(environment: ["NOTIFY_SOCKET": "/no/such/socket"])
        try #require(deaf).ready()
    }

    @Test("the watchdog's interval counts only for this process")
    func watchdog() {
        func interval(_ variables: [String: String]) -> Duration? {
            ServiceNotifier(environment: variables.merging(["NOTIFY_SOCKET": "@x"]) { $1 })?
                .watchdogInterval
        }
        #expect(interval([:]) == nil)
        #expect(interval(["WATCHDOG_USEC": "2000000"]) == .seconds(2))
        #expect(
            interval(["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(2))
        #expect(interval(["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
    }
}
