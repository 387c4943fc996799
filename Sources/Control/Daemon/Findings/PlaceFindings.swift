package import Configuration
internal import Linux
internal import Sounds

/// What the doctor says of the folders that the device reads and writes.
package enum PlaceFindings {
    private static let probe = ".doctor"

    /// One for each folder that is wanted.
    package static func all(_ settings: Settings) -> [Finding] {
        var findings = [state(settings)]
        if settings[Keys.recording.enabled] {
            findings.append(
                writable(
                    settings[Keys.recording.directory], "recordings",
                    without: "no turn is recorded"))
        }
        let sounds = settings[Keys.sounds.directory]
        guard settings[Keys.sounds.enabled], !sounds.isEmpty else { return findings }
        let read = SoundFolder.read(sounds, rate: SoundFolder.checkedRate)
        findings += read.complaints.map { Finding(.weak, "sounds", $0) }
        if !read.sounds.isEmpty {
            let names = read.sounds.keys.map(\.rawValue).sorted().joined(separator: ", ")
            findings.append(Finding(.works, "sounds", "\(sounds) replaces \(names)"))
        } else if read.complaints.isEmpty {
            findings.append(
                Finding(.weak, "sounds", "\(sounds) holds no sound; the device's own are used"))
        }
        return findings
    }

    private static func state(_ settings: Settings) -> Finding {
        guard let folder = settings.toolStateDirectory else {
            return Finding(
                .weak, "state folder",
                "tools.state_directory is empty, and systemd gives none here: timers, mute and the "
                    + "journal of calls are lost with a restart; the service has /var/lib/martlet")
        }
        return writable(
            folder, "state folder",
            without: "timers, mute and the journal of calls would be lost with a restart")
    }

    /// Whether a file can be made there; a folder that is not there yet is made by the daemon, so
    /// that the one above it counts.
    private static func writable(
        _ folder: String, _ subject: String, without loss: String
    ) -> Finding {
        var place = folder
        while place.count > 1, !Files.exists(place) {
            place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        }
        if place.isEmpty { place = "/" }
        guard Files.isDirectory(place) else {
            return Finding(.broken, subject, "'\(place)' is no folder: \(loss)")
        }
        let path = "\(place)/\(probe)-\(UInt32.random(in: 0 ... .max))"
        do throws(SystemError) {
            try Files.writeAtomically(path, [], mode: 0o600)
            try Files.remove(path)
        } catch {
            return Finding(
                .broken, subject,
                "'\(folder)' cannot be written (\(SystemError.text(of: error.code))): \(loss); give "
                    + "it to the daemon's user (chown), or make room on the disk")
        }
        return Finding(
            .works, subject,
            place == folder ? "\(folder) can be written" : "\(folder) can be made")
    }
}
