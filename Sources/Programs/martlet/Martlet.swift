import ArgumentParser
import Daemon
import Linux

@main
struct Martlet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A voice appliance: press, talk, hear the answer, and a device is switched.",
        version: ProgramVersion.text,
        subcommands: [
            SetUp.self, Run.self, Talk.self, Demo.self, Simulate.self, Devices.self, Doctor.self,
            Configure.self,
            ToolCommands.self, BrokerCommands.self,
        ])
}

/// Runs async work from a plain command and waits for it.
///
/// Commands are synchronous, so that signals can be blocked before any other thread exists.
func runBlocking(_ body: @escaping @Sendable () async throws -> Void) throws {
    let outcome = Outcome()
    let done = try EventFD()
    Task.detached {
        do {
            try await body()
        } catch {
            outcome.fail(error)
        }
        done.signal()
    }
    _ = done.wait(timeoutMilliseconds: -1)
    if let error = outcome.error { throw error }
}
