internal import Configuration
internal import Daemon
internal import WireCodec

/// Asks for the key, and the service what it thinks of it.
struct KeyStep {
    /// No more keys are asked for than this.
    static let tryLimit = 3

    let world: SetupWorld
    let dialog: Dialog

    func run(_ draft: inout SetupDraft, _ settings: Settings) throws {
        guard settings[Keys.live.service] != "vertex" else {
            dialog.say(
                "live.service is \"vertex\", which has an account in place of a key: see "
                    + "vertex.account_file.")
            return
        }
        dialog.say("A key comes from https://aistudio.google.com/apikey. It is not shown here.")
        for _ in 0..<Self.tryLimit {
            guard let typed = try dialog.secret("The key (Enter: leave it as it is):") else {
                return
            }
            let key: Secret
            do {
                key = try Credentials.key(typed: typed)
            } catch {
                dialog.say("\(error)")
                continue
            }
            if try isWanted(key, settings) {
                draft.key = key
                return
            }
        }
        dialog.say("No key was taken.")
    }

    private func isWanted(_ key: Secret, _ settings: Settings) throws -> Bool {
        dialog.say("The service is asked.")
        switch world.farEnds.check(key, settings) {
        case .works(let words):
            dialog.say("The key works: \(words)")
            return true
        case .refused(let words):
            dialog.say("The service refuses it: \(words)")
            return try dialog.yes("Keep it anyway?", default: false)
        case .unreachable(let words):
            dialog.say("The service cannot be reached, so that the key is not checked: \(words)")
            return try dialog.yes("Keep it unchecked?", default: true)
        }
    }
}
