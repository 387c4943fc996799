internal import Configuration

/// The first line of each start in the journal.
enum StartLine {
    /// Version, settings, model, where the key comes from, sound devices.
    static func text(_ plan: LifePlan) -> String {
        let settings = plan.settings
        let files =
            settings.files.isEmpty
            ? "the defaults, as there is no settings file" : settings.files.joined(separator: ", ")
        let which =
            switch plan.kind {
            case .asked: files
            case .before: "\(files) as they last worked"
            case .least: "what is right in the settings"
            case .bare: "nothing of the settings but the sound devices"
            }
        guard plan.hasSession else { return "martlet \(ProgramVersion.text): \(which)" }
        return "martlet \(ProgramVersion.text): \(which); model \(settings[Keys.live.model]); "
            + "\(Credentials.origin(settings)); microphone "
            + "\(settings[Keys.capture.device]), loudspeaker \(settings[Keys.playback.device])"
    }
}
