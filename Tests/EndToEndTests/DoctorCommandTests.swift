import Daemon
import Linux
import Testing
import TestProcesses
import WireCodec

/// Whether this machine lets a test have files of its own in the place of the system's, as root.
private let hasNameSpaces: Bool = {
    let exit = try? SpawnedProcess(
        Command(
            arguments: ["/bin/sh", "-c", "test $(id -u) = 0 && exec unshare -m -n true"],
            environment: DoctorCommandTests.environment, outputLimitBytes: 0),
        output: .discarded
    ).wait(timeout: .seconds(10))
    return exit == .exited(0) && Python.isInstalled
}()

/// The doctor as a user or a program calls it.
@Suite(.timeLimit(.minutes(5)))
final class DoctorCommandTests {
    fileprivate static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

    private let folder: String

    init() throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-doctor")
        try write("key", "test-key\n")
        try write("m.toml", settings())
    }

    deinit { try? Files.removeTree(folder) }

    private func settings(live: String = "", more: String = "") -> String {
        """
        [audio.capture]
        device = "null"
        [audio.playback]
        device = "null"
        [live]
        key_file = "\(folder)/key"
        \(live)
        \(more)
        """
    }

    private func write(_ name: String, _ text: String) throws {
        try Files.writeAtomically("\(folder)/\(name)", Array(text.utf8), mode: 0o600)
    }

    /// Runs a script with the program as $0 and the folder as $1.
    private func run(_ script: String) async throws -> CommandResult {
        try await ChildProcess.run(
            Command(
                arguments: ["/bin/sh", "-c", script, try DaemonProcess.program(), folder],
                environment: Self.environment.merging(DaemonProcess.sanitizers) { $1 },
                outputLimitBytes: 1 << 20),
            deadline: .seconds(120), grace: .seconds(2))
    }

    /// The findings of a document, by name, with the grade of each.
    private func grades(_ result: CommandResult) throws -> [String: String] {
        let read = try JSONValue(parsing: result.standardOutput)
        let pairs = (read["findings"]?.array ?? []).map {
            ($0["name"]?.string ?? "", $0["grade"]?.string ?? "")
        }
        return Dictionary(pairs) { first, _ in first }
    }

    @Test("--json prints one document and nothing else, whatever the settings are")
    func json() async throws {
        let call = "\"$0\" doctor --json --no-service --config \"$1/m.toml\""
        let result = try await run(call)
        let grades = try grades(result)
        #expect(grades["key"] == "works", "\(grades)")
        #expect(grades["sound.level.no-card"] == "weak", "\(grades)")
        // What this machine lacks is found, too.
        #expect(result.exit == .exited(grades.values.contains("broken") ? 1 : 0))
        try write("m.toml", "[nonsense]\n")
        let mistaken = try await run(call)
        #expect(mistaken.exit == .exited(1))
        #expect(try self.grades(mistaken)["settings.mistake"] == "broken")
        #expect(mistaken.standardOutput.count { $0 == UInt8(ascii: "\n") } == 1)
    }

    @Test("a key that is missing is broken, and the status says so")
    func status() async throws {
        try write("m.toml", settings().replacing("/key\"", with: "/nowhere\""))
        let result = try await run("\"$0\" doctor --json --no-service --config \"$1/m.toml\"")
        #expect(result.exit == .exited(1))
        #expect(try grades(result)["key.missing"] == "broken")
        let usage = try await run("\"$0\" doctor --nonsense")
        #expect(usage.exit == .exited(64))
    }

    @Test("a reader who goes early ends nothing badly, and the status is still the doctor's")
    func earlyEnd() async throws {
        try write("m.toml", settings().replacing("/key\"", with: "/nowhere\""))
        for flag in ["", "--json"] {
            let result = try await run(
                """
                { "$0" doctor \(flag) --no-service --config "$1/m.toml"; echo "status $?" >&2; } | true
                """)
            let errors = String(decoding: result.standardError, as: UTF8.self)
            #expect(errors == "status 1\n", "\(errors)")
        }
    }

    // MARK: - Names

    /// A name server that never answers, or always this (RFC 1035, section 4.1.1).
    private static let nameServer = """
        import socket, sys
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.7.7.53", 53))
        print("ready", flush=True)
        flags = {"nxdomain": b"\\x81\\x83", "servfail": b"\\x81\\x82"}.get(sys.argv[1])
        while True:
            query, client = server.recvfrom(512)
            if flags:
                answer = query[:2] + flags + query[4:6] + bytes(6) + query[12:]
                server.sendto(answer, client)
        """

    /// What the doctor finds where these are the system's files.
    private func findings(
        _ resolvConf: String?, nameServer mode: String, alone: Bool = false,
        url: String = "wss://service.test"
    ) async throws -> [String: String] {
        if Files.exists("\(folder)/pipe") { try Files.remove("\(folder)/pipe") }
        try write("dns.py", Self.nameServer)
        try write("resolv.conf", resolvConf ?? "")
        try write("m.toml", settings(live: "url = \"\(url)\""))
        let files =
            resolvConf == nil
            ? "cp -a /etc \"$1/etc\" && mount --bind \"$1/etc\" /etc && rm -f /etc/resolv.conf"
            : "mount --bind \"$1/resolv.conf\" /etc/resolv.conf"
        try write(
            "script",
            """
            \(files) || exit 99
            \(alone ? "ip link set lo up" : "")
            mkfifo "$1/pipe"
            python3 "$1/dns.py" \(mode) > "$1/pipe" &
            server=$!
            read -r ready < "$1/pipe"
            "$0" doctor --json --config "$1/m.toml"
            kill $server
            """)
        let result = try await run(
            "exec unshare -m \(alone ? "-n" : "") sh -c '. \"$1/script\"' \"$0\" \"$1\"")
        return try grades(result).filter { $0.key.hasPrefix("service.") }
    }

    private func broken(_ grades: [String: String]) -> [String] {
        grades.filter { $0.value == "broken" }.map(\.key)
    }

    private static let named = "nameserver 127.7.7.53\noptions timeout:1 attempts:1\n"

    @Test(
        "a name that no name server knows is distinguished from name servers",
        .enabled(if: hasNameSpaces))
    func unknownName() async throws {
        let found = try await findings(Self.named, nameServer: "nxdomain")
        #expect(broken(found) == ["service.names.unknown"], "\(found)")
        #expect(found["service.proxy"] == "works" && found["service.connection"] == "unknown")
    }

    @Test(
        "a name server that is silent, or cannot answer, is named", .enabled(if: hasNameSpaces),
        arguments: ["silent", "servfail"])
    func silentNameServer(mode: String) async throws {
        let found = try await findings(Self.named, nameServer: mode)
        let expected = NetworkRoutes.leadOut() ? "silent" : "no-network"
        #expect(broken(found) == ["service.names.\(expected)"], "\(found)")
    }

    @Test(
        "a machine without a network is distinguished from its name server",
        .enabled(if: hasNameSpaces))
    func noNetwork() async throws {
        let found = try await findings(Self.named, nameServer: "silent", alone: true)
        #expect(broken(found) == ["service.names.no-network"], "\(found)")
        let address = try await findings(
            Self.named, nameServer: "silent", alone: true, url: "ws://192.0.2.1")
        #expect(broken(address) == ["service.connection.unreachable"], "\(address)")
    }

    @Test(
        "a resolv.conf without name servers, and none at all, are distinguished",
        .enabled(if: hasNameSpaces))
    func noNameServer() async throws {
        let empty = try await findings("search home.test\n", nameServer: "silent")
        #expect(broken(empty) == ["service.names.no-server"], "\(empty)")
        let missing = try await findings(nil, nameServer: "silent")
        #expect(broken(missing) == ["service.names.no-resolv-conf"], "\(missing)")
    }

    // MARK: - Folders

    @Test(
        "a state folder that is full, read-only or another user's is distinguished",
        .enabled(if: hasNameSpaces),
        arguments: [
            (
                "mount -t tmpfs -o size=16k none \"$1/state\"; cat /dev/zero > \"$1/state/x\"",
                "full"
            ),
            ("mount -t tmpfs -o ro none \"$1/state\"", "read-only"),
            ("rmdir \"$1/state\"; touch \"$1/state\"", "no-folder"),
        ])
    func stateFolder(preparation: String, fault: String) async throws {
        try write(
            "m.toml", settings(more: "[tools]\nstate_directory = \"\(folder)/state\"\n"))
        try write(
            "script",
            """
            mkdir "$1/state"
            { \(preparation); } 2>"$1/words"
            "$0" doctor --json --no-service --config "$1/m.toml"
            """)
        let grades = try grades(
            try await run("exec unshare -m sh -c '. \"$1/script\"' \"$0\" \"$1\""))
        #expect(grades["folder.state.\(fault)"] == "broken", "\(grades)")
    }
}
