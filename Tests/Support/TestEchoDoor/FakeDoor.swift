internal import Linux

/// A shared object with the canceller's interface, compiled by the system's C compiler.
package final class FakeDoor: Sendable {
    /// The declarations and behaviour of the library, as C; the defaults are valid.
    package struct Promise: Sendable {
        package var version = "MARTLET_ECHO_DOOR_VERSION"
        package var frame = "160"
        package var delay = "128"
        package var library = "\"a fake 1.0\""
        package var make = "make"
        package var process = "process"
        package var door = "martlet_echo_door"

        /// Code that the other members need.
        package var declares = ""

        /// A valid library.
        package init() {}
    }

    /// Why a test was skipped.
    package static let absence = "no cc: apt install gcc"
    /// Whether a compiler exists.
    package static let isPossible = ["/usr/bin/cc", "/usr/local/bin/cc"].contains {
        Files.exists($0)
    }

    private let folder: String
    /// Its path, while the value exists.
    package var path: String { "\(folder)/door.so" }

    /// Compiles the library.
    ///
    /// It silences the microphone while the reference has sound. It refuses a frame that begins
    /// with -1, and every frame unless there is exactly one canceller.
    package init(_ promise: Promise = Promise()) async throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-door")
        let text = """
            #include "EchoDoor.h"
            #include <stddef.h>
            struct martlet_echo { int count; };
            \(promise.declares)
            static struct martlet_echo one;
            static struct martlet_echo *make(void) { one.count++; return &one; }
            static struct martlet_echo *fail(void) { return NULL; }
            static void release(struct martlet_echo *echo) { echo->count--; }
            static int32_t process(struct martlet_echo *e, const int16_t *r, int16_t *m) {
                if (e->count != 1) return 7;
                if (m[0] == -1) return -3;
                int loud = 0;
                for (int i = 0; i < 160; i++) loud |= r[i] != 0;
                for (int i = 0; loud && i < 160; i++) m[i] = 0;
                return 0;
            }
            static const struct martlet_echo_door door = {
                \(promise.version), \(promise.frame), \(promise.delay), \(promise.library),
                \(promise.make), release, \(promise.process),
            };
            const struct martlet_echo_door *\(promise.door)(void) {
                (void)fail, (void)make, (void)process;
                return &door;
            }
            """
        try Files.writeAtomically("\(folder)/door.c", Array(text.utf8), mode: 0o644)
        let command = Command(
            arguments: [
                "cc", "-shared", "-fPIC", "-I", "Sources/Bindings/CWebRTC/include", "-o", path,
                "\(folder)/door.c",
            ],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], outputLimitBytes: 4096)
        let result = try await ChildProcess.run(
            command, deadline: .seconds(60), grace: .seconds(1))
        guard result.exit == .exited(0) else {
            throw Failure(text: String(decoding: result.standardError, as: UTF8.self))
        }
    }

    deinit { try? Files.removeTree(folder) }

    /// The compiler's output.
    package struct Failure: Error { package let text: String }
}
