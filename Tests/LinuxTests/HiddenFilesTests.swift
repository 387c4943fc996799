import Glibc
import TestInputs
import Testing

@testable import Linux

/// Files that a confined program can open, tried by real programs.
@Suite("What confined programs can open", .timeLimit(.minutes(5)))
struct HiddenFilesTests {
    private let never = Duration.seconds(60)

    /// Opens each path for reading, and for writing, and prints `r` and `w` for each success.
    private static let opener = """
        for path in "$@"; do
            can=
            if [ -d "$path" ]; then
                ls "$path" >/dev/null 2>&1 && can=r
            else
                true 2>/dev/null <"$path" && can=r
                true 2>/dev/null >>"$path" && can=${can}w
            fi
            echo "$can"
        done
        """

    /// The access of a program to some paths, all other settings as `adjust` leaves them.
    private func opened(
        _ paths: [String], _ hold: Hold, in folder: String = "/",
        _ adjust: (inout Confinement) -> Void
    ) async throws -> [String: String] {
        var command = Command(
            arguments: ["/bin/sh", "-c", Self.opener, "sh"] + paths,
            environment: ["PATH": "/usr/bin:/bin"], workingDirectory: folder,
            outputLimitBytes: 1 << 20)
        var confinement = Confinement()
        hold.choose(for: &confinement)
        adjust(&confinement)
        command.confinement = confinement
        let result = try await ChildProcess.run(
            command, deadline: never, grace: .milliseconds(50))
        try #require(
            result.exit == .exited(0), "\(String(decoding: result.standardError, as: UTF8.self))")
        let lines = String(decoding: result.standardOutput, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Dictionary(zip(paths, lines), uniquingKeysWith: { $1 })
    }

    // MARK: - Files and folders

    /// A tree of folders and files, in which every file can be read and written by its owner.
    private struct Tree {
        let root: TemporaryFolder
        var folders: [String] = []
        var files: [String] = []

        init(_ numbers: inout SeededGenerator) throws {
            root = try TemporaryFolder()
            folders = [root.path]
            for index in 0..<24 {
                let parent = folders.randomElement(using: &numbers) ?? root.path
                if Int.random(in: 0..<3, using: &numbers) == 0 {
                    folders.append("\(parent)/folder \(index)")
                    try Files.makeDirectory("\(parent)/folder \(index)", mode: 0o755)
                } else {
                    files.append("\(parent)/file-\(index)")
                    try Files.writeAtomically("\(parent)/file-\(index)", [0x61], mode: 0o600)
                }
            }
        }

        /// The innermost of the places that contain a path.
        static func innermost(_ path: String, _ places: [String]) -> String? {
            places.filter { path == $0 || path.hasPrefix($0 + "/") }.max { $0.count < $1.count }
        }
    }

    @Test(
        "in a random tree it opens what is not hidden, and nothing else",
        arguments: Hold.allCases, 1...12 as ClosedRange<UInt64>)
    func randomTree(hold: Hold, seed: UInt64) async throws {
        var numbers = SeededGenerator(seed: seed)
        let tree = try Tree(&numbers)
        let all = (tree.folders.dropFirst() + tree.files).shuffled(using: &numbers)
        let hidden = Array(all.prefix(5))
        let inside = all.dropFirst(5).filter { Tree.innermost($0, hidden) != nil }
        let readable = Array(inside.prefix(2))
        // With Landlock alone a writable place must hold nothing that is hidden.
        let writable = all.dropFirst(5).filter { place in
            !readable.contains(place) && !hidden.contains { $0.hasPrefix(place + "/") }
        }.prefix(4)
        let can = try await opened(tree.files, hold) {
            $0.hidden = hidden
            $0.readable = readable
            $0.writable = Array(writable)
        }
        for file in tree.files {
            let place = Tree.innermost(file, hidden + readable + writable)
            let expected =
                switch place {
                case nil: "r"
                case let place? where writable.contains(place): "rw"
                case let place? where readable.contains(place): "r"
                default: ""
                }
            #expect(can[file] == expected, "\(file) in \(place ?? "nothing"); hidden: \(hidden)")
        }
    }

    @Test("a hidden folder cannot be listed, nor reached by a link", arguments: Hold.allCases)
    func links(hold: Hold) async throws {
        let folder = try TemporaryFolder()
        let secrets = folder.path + "/secrets"
        try Files.makeDirectory(secrets, mode: 0o700)
        try Files.writeAtomically(secrets + "/key", [0x61], mode: 0o600)
        symlink(secrets, folder.path + "/way")
        symlink(secrets + "/key", folder.path + "/short")
        let paths = [
            secrets, secrets + "/key", folder.path + "/way", folder.path + "/way/key",
            folder.path + "/short", "/proc/self/cwd" + secrets + "/key",
        ]
        // The folder is named by a link, as an owner may do.
        let can = try await opened(paths, hold) { $0.hidden = [folder.path + "/way"] }
        let open = can.filter { !$0.value.isEmpty }
        #expect(open.isEmpty, "\(open)")
    }

    @Test("its folder and the program are visible within a hidden folder", arguments: Hold.allCases)
    func ownFolder(hold: Hold) async throws {
        let state = try TemporaryFolder()
        let own = state.path + "/tool"
        try Files.makeDirectory(own, mode: 0o755)
        try Files.writeAtomically(state.path + "/session", [0x61], mode: 0o600)
        try Files.writeAtomically(own + "/notes", [0x61], mode: 0o600)
        let can = try await opened([state.path + "/session", own + "/notes"], hold, in: own) {
            $0.hidden = [state.path]
        }
        #expect(can == [state.path + "/session": "", own + "/notes": "rw"])

        let program = state.path + "/program"
        try Files.writeAtomically(program, Array("#!/bin/sh\necho up\n".utf8), mode: 0o755)
        var command = Command(arguments: [program], environment: [:], outputLimitBytes: 100)
        var confinement = Confinement()
        hold.choose(for: &confinement)
        confinement.hidden = [state.path]
        command.confinement = confinement
        let result = try await ChildProcess.run(
            command, deadline: never, grace: .milliseconds(50))
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == "up\n")
    }

    @Test("files created later are hidden, too, where Landlock alone hides them")
    func comesLater() async throws {
        try #require(Confinement.landlockVersion > 0, "this kernel has no Landlock")
        let folder = try TemporaryFolder()
        let key = folder.path + "/key"
        var command = Command(
            arguments: [
                "/bin/sh", "-c", "echo up; until [ -e \(key) ]; do :; done; cat \(key) 2>&1",
            ], environment: ["PATH": "/usr/bin:/bin"], outputLimitBytes: 100)
        var confinement = Confinement()
        Hold.landlock.choose(for: &confinement)
        confinement.hidden = [key]
        command.confinement = confinement
        let process = try SpawnedProcess(command, output: .lines)
        #expect(process.readLine(timeout: never) == "up")
        try Files.writeAtomically(key, Array("a-secret\n".utf8), mode: 0o600)
        let said = process.readLine(timeout: never)
        #expect(said?.contains("denied") == true, "\(said ?? "nothing")")
        _ = process.terminate(grace: never)
    }

    @Test(
        "a writable place that holds something hidden needs its own mounts",
        .enabled(if: Hold.allCases.contains(.nameSpace)))
    func hiddenInWritable() async throws {
        let folder = try TemporaryFolder()
        let key = folder.path + "/key"
        try Files.writeAtomically(key, [0x61], mode: 0o600)
        func settings(_ confinement: inout Confinement) {
            confinement.hidden = [key]
            confinement.writable = [folder.path]
        }
        for hold in [Hold.both, .nameSpace] {
            #expect(try await opened([key], hold, settings) == [key: ""])
        }
        let error = await refusal { _ = try await opened([key], .landlock, settings) }
        #expect(error?.isUnconfined == true, "\(error?.description ?? "no error")")
    }

    /// Why a program was not started; nil if it was.
    private func refusal(_ start: () async throws -> Void) async -> SystemError? {
        do { try await start() } catch { return error as? SystemError }
        return nil
    }

    // MARK: - Devices

    /// All device nodes of this machine.
    private func nodes(in folder: String = "/dev") -> [String] {
        let names = (try? Files.list(folder)) ?? []
        return names.map { "\(folder)/\($0)" }.flatMap { path in
            var status = stat()
            guard lstat(path, &status) == 0 else { return [String]() }
            switch status.st_mode & S_IFMT {
            case S_IFCHR, S_IFBLK: return [path]
            case S_IFDIR: return nodes(in: path)
            default: return []
            }
        }
    }

    @Test("of all device nodes it opens only those open to everyone", arguments: Hold.allCases)
    func devices(hold: Hold) async throws {
        let common = ["null", "zero", "full", "random", "urandom", "tty"].map { "/dev/" + $0 }
        let all = nodes()
        try #require(all.count > common.count, "this machine has no devices to hide")
        let can = try await opened(all, hold) { _ in }
        for path in all where !common.contains(path) {
            #expect(can[path]?.isEmpty == true, "\(path): \(can[path] ?? "?")")
        }
        #expect(can["/dev/null"] == "rw")
        #expect(can["/dev/urandom"]?.hasPrefix("r") == true)
    }

    @Test("it opens a device that was asked for, and not its neighbour", arguments: Hold.allCases)
    func grantedDevice(hold: Hold) async throws {
        let own = "/dev/martlet-test-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try #require(mkdir(own, 0o755) == 0, "only root can make device nodes")
        defer { try? Files.removeTree(own) }
        // Two more names of /dev/null, and one in a folder that is granted as a whole.
        let paths = [own + "/gpiochip7", own + "/gpiochip8", own + "/snd/controlC0"]
        mkdir(own + "/snd", 0o755)
        for path in paths { #expect(mknod(path, S_IFCHR | 0o666, 1 << 8 | 3) == 0) }
        let can = try await opened(paths, hold) { $0.devices = [paths[0], own + "/snd"] }
        #expect(can == [paths[0]: "rw", paths[1]: "", paths[2]: "rw"])
    }

    // MARK: - Without any means

    @Test("a program that cannot be confined is refused, unless it may run unconfined")
    func unheld() async throws {
        let folder = try TemporaryFolder()
        let key = folder.path + "/key"
        try Files.writeAtomically(key, [0x61], mode: 0o600)
        func open(_ isAllowed: Bool) async throws -> [String: String] {
            try await opened([key], .landlock) {
                $0.usesLandlock = false
                $0.mayBeOpen = isAllowed
                $0.hidden = [key]
            }
        }
        let error = await refusal { _ = try await open(false) }
        #expect(error?.isUnconfined == true)
        #expect(try await open(true) == [key: "rw"])
    }

    @Test("supplementary groups are dropped, except those asked for", arguments: Hold.allCases)
    func groups(hold: Hold) async throws {
        try #require(Confinement.isRoot, "only root sets groups")
        func said(_ groups: [UInt32]) async throws -> Set<Substring> {
            var command = Command(
                arguments: ["/usr/bin/id", "-G"], environment: [:], outputLimitBytes: 1_000)
            var confinement = Confinement()
            hold.choose(for: &confinement)
            confinement.user = Confinement.user(named: "nobody")
            confinement.groups = groups
            command.confinement = confinement
            let result = try await ChildProcess.run(
                command, deadline: never, grace: .milliseconds(50))
            return Set(
                String(decoding: result.standardOutput, as: UTF8.self)
                    .split { $0 == " " || $0 == "\n" })
        }
        let own = try #require(Confinement.user(named: "nobody")).group
        let audio = try #require(Confinement.group(named: "audio"))
        #expect(try await said([]) == ["\(own)"])
        #expect(try await said([audio]) == ["\(own)", "\(audio)"])
        #expect(Confinement.group(named: "no such group") == nil)
    }
}
