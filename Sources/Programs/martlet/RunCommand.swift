import ALSA
import ArgumentParser
import Configuration
import Daemon
import Linux

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run as the daemon, as systemd starts it.",
        discussion: """
            SIGTERM stops cleanly. SIGHUP reads the settings again: some are applied at \
            once, the rest by a restart at the next quiet moment; with a mistake the old ones are \
            kept. At a start with a mistake the last settings that worked are used, or it stays up \
            and reports the fault. The status is 78 if the file of --config does not exist.
            """)

    /// EX_CONFIG of sysexits.h; the unit does not restart after it.
    private static let configurationError = ExitCode(78)

    @OptionGroup var options: SettingsOptions

    func run() throws {
        // Before any other thread exists, because threads inherit the blocked signals.
        let signals = try BlockedSignals([.terminate, .interrupt, .hangUp])
        ALSALog.silence()
        let journal = JournalSocket(environment: Environment.all())
        let log = Log(level: .info, journal: journal)
        do {
            try options.checkNamed()
        } catch {
            log(.error, "\(error)")
            throw Self.configurationError
        }
        let options = options
        let supervisor = Supervisor(log: log) { try options.texts() }
        let taker = try SignalTaker(signals) { supervisor.take($0) }
        let thread = try OwnedThread(name: "signals", priority: .normal) { taker.run() }
        try runBlocking { await supervisor.run() }
        taker.stop()
        thread.join()
    }
}
