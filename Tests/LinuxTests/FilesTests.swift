import Glibc
import Linux
import Testing

@Suite("Files")
struct FilesTests {
    @Test("what was written is read, with its permissions")
    func writeAndRead() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        try Files.writeAtomically(path, bytes, mode: 0o640)
        #expect(try Files.read(path, limitBytes: bytes.count) == bytes)
        var status = stat()
        try #require(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
        try Files.writeAtomically(path, [], mode: 0o600)
        #expect(try Files.read(path, limitBytes: 0) == [])
        #expect(try Files.list(folder.path) == ["file"])
    }

    @Test("a file longer than the limit is an error")
    func tooLong() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try Files.writeAtomically(path, [1, 2, 3], mode: 0o600)
        #expect(throws: SystemError(call: "read \(path)", code: EFBIG)) {
            try Files.read(path, limitBytes: 2)
        }
        #expect(throws: SystemError(call: "read /dev/zero", code: EFBIG)) {
            try Files.read("/dev/zero", limitBytes: 1_000_000)
        }
    }

    @Test("files without a size are read whole")
    func withoutSize() throws {
        #expect(try !Files.read("/proc/self/status", limitBytes: 100_000).isEmpty)
    }

    @Test("errors name the path")
    func errors() throws {
        #expect(throws: SystemError(call: "open /no/such/file", code: ENOENT)) {
            try Files.read("/no/such/file", limitBytes: 1)
        }
        #expect(throws: SystemError(call: "read /tmp", code: EISDIR)) {
            try Files.read("/tmp", limitBytes: 1)
        }
        #expect(throws: SystemError(call: "mkostemp /no/such/file", code: ENOENT)) {
            try Files.writeAtomically("/no/such/file", [1], mode: 0o600)
        }
        #expect(throws: SystemError(call: "opendir /no/such", code: ENOENT)) {
            try Files.list("/no/such")
        }
        #expect(throws: SystemError(call: "remove /no/such", code: ENOENT)) {
            try Files.remove("/no/such")
        }
    }

    @Test("a file that is being written is inherited by no child")
    func aFileThatIsBeing() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-files")
        defer { try? Files.removeTree(folder) }
        // Long enough to be observed.
        SystemError.slowed.set(["fsync": 500_000_000])
        defer { SystemError.slowed.set([:]) }
        let writer = try OwnedThread(name: "test-writer", priority: .normal) {
            try? Files.writeAtomically("\(folder)/file", [1], mode: 0o600)
        }
        defer { writer.join() }
        var flags: Int?
        while flags == nil {
            for name in try Files.list("/proc/self/fd") {
                var target = [CChar](repeating: 0, count: 4096)
                guard readlink("/proc/self/fd/\(name)", &target, target.count - 1) > 0 else {
                    continue
                }
                let path = String(
                    decoding: target.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if path.hasPrefix("\(folder)/file."), let number = Int32(name) {
                    flags = Int(fcntl(number, F_GETFD))
                }
            }
        }
        #expect(flags == Int(FD_CLOEXEC))
    }

    @Test("a write that fails leaves the old file and no other")
    func failedWrite() throws {
        #if DEBUG
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try Files.writeAtomically(path, [1], mode: 0o600)
        for call in ["write", "fchmod", "fsync", "rename"] {
            #expect(throws: SystemError(call: "\(call) \(path)", code: ENOSPC)) {
                try SystemError.$forced.withValue([call: ENOSPC]) {
                    try Files.writeAtomically(path, [2], mode: 0o600)
                }
            }
        }
        #expect(try Files.read(path, limitBytes: 10) == [1])
        #expect(try Files.list(folder.path) == ["file"])
        #endif
    }

    @Test("folders are created with their parents, and removed with their contents")
    func folders() throws {
        let folder = try TemporaryFolder()
        let deep = "\(folder.path)/a/b/c"
        try Files.makeDirectory(deep, mode: 0o755)
        try Files.makeDirectory(deep, mode: 0o755)
        #expect(Files.isDirectory(deep))
        try Files.writeAtomically("\(deep)/file", [1], mode: 0o600)
        try #require(symlink("/etc", "\(deep)/link") == 0)
        #expect(try Files.list(deep) == ["file", "link"])
        #expect(throws: SystemError(call: "mkdir \(deep)/file", code: EEXIST)) {
            try Files.makeDirectory("\(deep)/file", mode: 0o755)
        }
        try Files.removeTree("\(folder.path)/a")
        #expect(!Files.exists("\(folder.path)/a"))
        #expect(Files.exists("/etc/passwd"))
    }

    @Test("the environment can be read, set and listed")
    func environment() {
        let name = "MARTLET_TEST_VARIABLE"
        #expect(Environment.get(name) == nil)
        Environment.set(name, to: "a=b")
        #expect(Environment.get(name) == "a=b")
        #expect(Environment.all()[name] == "a=b")
        Environment.set(name, to: nil)
        #expect(Environment.get(name) == nil)
    }
}
