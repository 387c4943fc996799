import ALSA
import ArgumentParser
import Configuration
import Daemon
import Linux
import Setup

struct SetUp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Set the device up: key, sound, button, light, broker, a first turn.",
        discussion: """
            Asks on the terminal, step by step; each can be skipped and repeated, and a second run \
            begins with what is there. Microphone and loudspeaker are found by a sound that one \
            plays and the other hears, the button by its press, the light by its blinking. Nothing \
            is written before the end, and then all at once: the settings into \
            conf.d/\(SettingsEdit.setupFileName), the key as a credential of systemd, encrypted \
            where systemd can. The daemon is stopped only after you agree, and started again on \
            every way out.

            It needs root, as the daemon's settings do; with --config it sets up settings of your \
            own, for `martlet talk`.
            """)

    @OptionGroup var options: SettingsOptions

    func run() throws {
        // Before any other thread exists, since threads inherit what is blocked.
        let signals = try BlockedSignals([.terminate, .interrupt, .hangUp])
        ALSALog.silence()
        guard let terminal = LineTerminal(signals: signals.descriptor) else {
            throw Complaint(
                "the standard input is no terminal, so that nobody can be asked; `martlet config "
                    + "set` changes single settings")
        }
        if options.isUsual, !ServiceUser.isRoot {
            throw Complaint(
                "the daemon's settings and its key belong to root: `sudo martlet setup`, or "
                    + "`martlet setup --config FILE` for settings of your own")
        }
        let unit = options.isUsual ? ServiceUnit.installed() : nil
        let user = unit.flatMap { ServiceUser(named: $0.user) }
        let options = options
        // A setting names a file by its whole path.
        let folder =
            options.folder.hasPrefix("/")
            ? options.folder : "\(Files.currentDirectory())/\(options.folder)"
        let world = SetupWorld(
            terminal: TerminalDialog(terminal), sounds: CardSounds(), lines: BoardLines(),
            farEnds: NetworkFarEnds(),
            daemon: SystemdDaemon(isInstalled: unit != nil && SystemdDaemon.isSystemd),
            store: DiskStore(
                overlay: options.overlay, key: KeyPlace(unit, folder: folder), owner: user,
                texts: { try options.texts() }))
        switch try reported({ try SetupRun(world).run() }) {
        case .written:
            StandardStream.output.write("Written. `martlet setup` again changes single steps.\n")
        case .declined: StandardStream.output.write("Nothing was written.\n")
        case .interrupted:
            StandardStream.output.write("\nInterrupted: nothing was written.\n")
            throw ExitCode.failure
        case .failed(let reason): throw Complaint("nothing was written: \(reason)")
        }
    }
}
