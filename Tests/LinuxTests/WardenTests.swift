import Glibc
import Testing

@testable import Linux

/// The process between us and a long-running program.
@Suite("The warden of a confined program", .timeLimit(.minutes(5)))
struct WardenTests {
    /// A secret that this process has in its memory, as the daemon has its key.
    private static let canary: [UInt8] = {
        var numbers = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0x61...0x7A, using: &numbers) }
    }()

    /// No program of the tests has a larger mapping.
    private static let limitBytes: UInt64 = 16 << 30

    /// Whether a process has some bytes in its private memory.
    private func holds(_ process: Int32, _ bytes: [UInt8]) throws -> Bool {
        let maps = try Files.read("/proc/\(process)/maps", limitBytes: 16 << 20)
        let memory = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        try #require(memory >= 0, "the memory of \(process) cannot be read")
        defer { close(memory) }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields[1].hasPrefix("rw") else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            // A sanitizer's shadow of all addresses: 15 TB, which take hours to read.
            guard ends[1] - ends[0] < Self.limitBytes else { continue }
            var place = ends[0]
            var kept: [UInt8] = []
            // Piece by piece; untouched memory is skipped.
            var piece = [UInt8](repeating: 0, count: 1 << 20)
            while place < ends[1] {
                let wanted = min(UInt64(piece.count), ends[1] - place)
                let count = pread(memory, &piece, Int(wanted), off_t(truncatingIfNeeded: place))
                guard count > 0 else { break }
                let all = kept + piece.prefix(count)
                if all.withUnsafeBytes({ Self.holds($0, bytes) }) { return true }
                kept = Array(all.suffix(bytes.count - 1))
                place += UInt64(count)
            }
        }
        return false
    }

    private static func holds(_ memory: UnsafeRawBufferPointer, _ bytes: [UInt8]) -> Bool {
        guard var place = memory.baseAddress else { return false }
        let end = place + memory.count
        while end - place >= bytes.count,
            let found = memchr(place, Int32(bytes[0]), end - place - bytes.count + 1)
        {
            if memcmp(found, bytes, bytes.count) == 0 { return true }
            place = UnsafeRawPointer(found) + 1
        }
        return false
    }

    private func start(
        _ hold: Hold, _ environment: [String: String] = [:]
    ) throws -> SpawnedProcess {
        var command = Command(
            arguments: ["/bin/sh", "-c", "echo up; exec tail -f /dev/null"],
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 },
            outputLimitBytes: 0)
        var confinement = Confinement()
        hold.choose(for: &confinement)
        command.confinement = confinement
        let process = try SpawnedProcess(command, output: .lines)
        #expect(process.readLine(timeout: .seconds(60)) == "up")
        return process
    }

    @Test("its memory has nothing of ours, no key among it", arguments: Hold.allCases)
    func noKey(hold: Hold) throws {
        let canary = Self.canary
        #expect(try holds(getpid(), canary), "the search finds nothing")
        let process = try start(hold)
        #expect(try !holds(process.processID, canary))
        _ = process.terminate(grace: .seconds(60))
    }

    @Test("nor does it have the secrets of the program that it guards", arguments: Hold.allCases)
    func noSecret(hold: Hold) throws {
        let secret = String(decoding: Self.canary.reversed(), as: UTF8.self)
        let process = try start(hold, ["TOKEN": secret])
        #expect(try !holds(process.processID, Array("TOKEN=\(secret)".utf8)))
        _ = process.terminate(grace: .seconds(60))
    }

    @Test("nor our variables, where a key may be")
    func noVariables() throws {
        let process = try start(.both)
        let variables = try Files.read(
            "/proc/\(process.processID)/environ", limitBytes: 1 << 20)
        for variable in variables.split(separator: 0) {
            let text = String(decoding: variable, as: UTF8.self)
            let name = text.prefix { $0 != "=" }
            #expect(name.hasPrefix("LD_") || name.hasSuffix("_OPTIONS"), "\(name)")
        }
        _ = process.terminate(grace: .seconds(60))
    }

    @Test("a program cannot read its memory", arguments: Hold.allCases)
    func closed(hold: Hold) async throws {
        var command = Command(
            arguments: [
                "/bin/sh", "-c", "cat /proc/$PPID/environ /proc/$PPID/maps && echo open",
            ], environment: ["PATH": "/usr/bin:/bin"], outputLimitBytes: 1 << 20)
        var confinement = Confinement()
        hold.choose(for: &confinement)
        command.confinement = confinement
        let result = try await ChildProcess.run(
            command, deadline: .seconds(60), grace: .milliseconds(50))
        #expect(result.exit == .exited(1))
        #expect(result.standardOutput.isEmpty)
    }
}
