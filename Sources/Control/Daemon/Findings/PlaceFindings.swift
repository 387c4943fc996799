package import Configuration
internal import Linux
internal import Sounds

/// What the doctor says of the folders that the device reads and writes.
package enum PlaceFindings {
    private static let probe = ".doctor"
    /// As long as a block, which a full disk has no room for.
    private static let probeBytes = [UInt8](repeating: 0x20, count: 4096)

    /// One for each folder that is wanted.
    package static func all(_ settings: Settings) -> [Finding] {
        var findings = [state(settings)]
        if settings[Keys.recording.enabled] {
            findings.append(
                writable(
                    settings[Keys.recording.directory], "folder.recordings", "recordings",
                    without: "no turn is recorded"))
        }
        let sounds = settings[Keys.sounds.directory]
        guard settings[Keys.sounds.enabled], !sounds.isEmpty else { return findings }
        let read = SoundFolder.read(sounds, rate: SoundFolder.checkedRate)
        findings += read.complaints.map { Finding(.weak, "sounds", "sounds", $0) }
        if !read.sounds.isEmpty {
            let names = read.sounds.keys.map(\.rawValue).sorted().joined(separator: ", ")
            findings.append(
                Finding(.works, "sounds", "sounds", "\(sounds) replaces \(names)"))
        } else if read.complaints.isEmpty {
            findings.append(
                Finding(
                    .weak, "sounds", "sounds",
                    "\(sounds) holds no sound; the device's own are used"))
        }
        return findings
    }

    private static func state(_ settings: Settings) -> Finding {
        let loss = "timers, mute and the journal of calls are lost with a restart"
        guard let folder = settings.toolStateDirectory else {
            return Finding(
                .weak, "folder.state", "state folder", "there is none, so that \(loss)",
                evidence: "tools.state_directory is empty, and systemd gives none here; the "
                    + "service has /var/lib/martlet")
        }
        return writable(folder, "folder.state", "state folder", without: loss)
    }

    /// Whether a file can be made there; a folder that is not there yet is made by the daemon, so
    /// that the one above it counts.
    private static func writable(
        _ folder: String, _ name: String, _ subject: String, without loss: String
    ) -> Finding {
        var place = folder
        while place.count > 1, !Files.exists(place) {
            place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        }
        if place.isEmpty { place = "/" }
        guard Files.isDirectory(place) else {
            return Finding(
                .broken, "\(name).no-folder", subject, "'\(place)' is no folder, so that \(loss)",
                remedy: .action("move that file away, or name another folder in the settings"))
        }
        let path = "\(place)/\(probe)-\(UInt32.random(in: 0 ... .max))"
        do throws(SystemError) {
            try Files.writeAtomically(path, probeBytes, mode: 0o600)
            try Files.remove(path)
        } catch {
            return unwritable(folder, at: place, error, name, subject, without: loss)
        }
        return Finding(
            .works, name, subject,
            place == folder ? "\(folder) can be written" : "\(folder) can be made")
    }

    private static func unwritable(
        _ folder: String, at place: String, _ error: SystemError, _ name: String,
        _ subject: String, without loss: String
    ) -> Finding {
        let (fault, result, remedy): (String, String, Finding.Remedy) =
            switch error.fault {
            case .readOnly:
                (
                    "read-only", "'\(folder)' is on a file system that cannot be written",
                    .command(
                        "sudo mount -o remount,rw \"$(findmnt -no TARGET -T \(place.quoted))\"")
                )
            case .full:
                (
                    "full", "'\(folder)' is on a file system that is full",
                    .command("df -h \(place.quoted); sudo du -xh -d 2 \(place.quoted)")
                )
            case .denied:
                (
                    "denied", "'\(folder)' does not belong to the daemon's user",
                    .command("sudo chown -R martlet: \(place.quoted)")
                )
            case .other:
                (
                    "unwritable", "'\(folder)' cannot be written",
                    .action("name another folder in the settings")
                )
            }
        return Finding(
            .broken, "\(name).\(fault)", subject, "\(result), so that \(loss)",
            evidence: "\(error)", remedy: remedy)
    }
}
