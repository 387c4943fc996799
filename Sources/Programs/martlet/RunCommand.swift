import ALSA
import ArgumentParser
import Configuration
import Daemon
import Linux

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run as the daemon, as systemd starts it.",
        discussion: "SIGTERM stops in order; SIGHUP reads the settings again and takes them over "
            + "at the next quiet moment, or keeps the old ones when the new have mistakes.")

    @OptionGroup var options: SettingsOptions

    func run() throws {
        // Before any other thread exists, since threads inherit what is blocked.
        let signals = try Signals(blocking: [.terminate, .interrupt, .hangUp])
        ALSALog.silence()
        let settings = try options.load(isRequired: false)
        let log = Log(level: Log.Level(named: settings[Keys.Log.level]))
        let supervisor = Supervisor(log: log) { try options.load(isRequired: false) }
        let taker = SignalTaker(signals) { supervisor.take($0) }
        let thread = try OwnedThread(name: "signals", priority: .normal) { taker.run() }
        try runBlocking { try await supervisor.run(settings) }
        taker.stop()
        thread.join()
    }
}
