package import Configuration
internal import Daemon
internal import Linux
internal import Synchronization
package import WireCodec

/// The service and the broker, over the network.
package final class NetworkFarEnds: SetupFarEnds {
    /// A browser that ends with what its cache has, and the answers of a second.
    private static let browsing = [
        "avahi-browse", "--parsable", "--resolve", "--terminate", "--no-db-lookup", "_mqtt._tcp",
    ]
    private static let browseLimit = Duration.seconds(10)

    /// Nobody is asked yet.
    package init() {}

    package func check(_ key: Secret, _ settings: Settings) -> KeyVerdict {
        do {
            let check = try ServiceCheck(settings, Credentials.session(key: key), in: .this)
            let result = Answer<KeyVerdict>()
            try Waiting.run {
                let (finding, wasReached) = await check.answer()
                result.give(
                    finding.grade == .works
                        ? .works(finding.text)
                        : wasReached ? .refused(finding.text) : .unreachable(finding.text))
            }
            return result.value ?? .unreachable("there was no answer")
        } catch {
            return .unreachable("\(error)")
        }
    }

    package func brokers() throws -> [FoundServer] {
        let result: CommandResult
        do {
            result = try Waiting.program(Self.browsing, deadline: Self.browseLimit)
        } catch {
            throw SetupFailure(
                "Brokers are found by avahi-browse, which is not installed here (apt install "
                    + "avahi-utils).")
        }
        guard result.exit == .exited(0) else {
            throw SetupFailure(
                "avahi-browse could not look for brokers: "
                    + String(decoding: result.standardError.prefix(200), as: UTF8.self))
        }
        return ServiceBrowse.servers(in: String(decoding: result.standardOutput, as: UTF8.self))
    }

    package func tryBroker(_ settings: Settings, password: Secret?) throws -> String {
        var settings = settings
        var folder: String?
        // Of our own user, and gone with the try.
        defer { if let folder { try? Files.removeTree(folder) } }
        if let password {
            let made = try Files.makeTemporaryDirectory(prefix: "martlet-setup")
            folder = made
            try Files.writeAtomically(
                "\(made)/\(BrokerStep.secretName)", Array("\(password.revealed)\n".utf8),
                mode: 0o600)
            settings[Keys.tools.secretsDirectory] = made
        }
        let result = Answer<String>()
        let tried = settings
        try Waiting.run { result.give(try await BrokerCommandHandler.check(tried)) }
        return result.value ?? ""
    }
}

/// What another thread has found.
///
/// ## Concurrency
/// From any thread; the lock protects the value.
final class Answer<Value: Sendable>: Sendable {
    private let found = Mutex<Value?>(nil)

    /// The value, once it was given.
    var value: Value? { found.withLock { $0 } }

    func give(_ value: Value) { found.withLock { $0 = value } }
}

/// Work that this thread waits for.
enum Waiting {
    /// No program says more that is looked at (bytes).
    private static let outputLimit = 1 << 20
    private static let grace = Duration.seconds(2)

    /// Runs async work on another thread; throws what it throws.
    static func run(_ body: @escaping @Sendable () async throws -> Void) throws {
        let failure = Answer<any Error>()
        let done = try EventFD()
        Task.detached {
            do {
                try await body()
            } catch {
                failure.give(error)
            }
            done.signal()
        }
        _ = done.wait(timeoutMilliseconds: -1)
        if let error = failure.value { throw error }
    }

    /// Runs a program to its end; throws where it cannot be started.
    static func program(_ arguments: [String], deadline: Duration) throws -> CommandResult {
        let result = Answer<CommandResult>()
        try run {
            result.give(
                try await ChildProcess.run(
                    Command(
                        arguments: arguments,
                        environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"],
                        outputLimitBytes: outputLimit), deadline: deadline, grace: grace))
        }
        guard let value = result.value else { throw SetupFailure("\(arguments[0]) gave nothing") }
        return value
    }
}
