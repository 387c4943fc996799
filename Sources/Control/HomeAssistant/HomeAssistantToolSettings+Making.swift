package import Configuration
internal import Curl
internal import Synchronization
internal import Tools
internal import WebSockets

// Three functions each.
extension HomeAssistantToolSettings {
    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        // Its thread and libcurl come with the first request.
        let client = HTTPClient.shared
        let ports = maker.ports
        let loop = HomeLoop()
        for (settings, settingsOfHome) in tables {
            do {
                let home = try Home(
                    settingsOfHome, name: settings.name, terms: settings.terms,
                    confirmation: settings.unlockingConfirmation, client: client, ports: ports,
                    loop: { try loop.value() }, note: { ports.note("\(settings.title): \($0)") })
                for tool in try home.tools() { maker.add(tool, at: settings.position) }
                guard !maker.isDry else { continue }
                maker.begin(settings.name) { await home.prepare() }
                maker.end { await home.end() }
            } catch {
                maker.note(error, at: settings.position)
            }
        }
        if !maker.isDry { maker.end { loop.end() } }
    }
}

/// The event loop of the homes, which is made when it is asked for.
///
/// Not the daemon's own: a home tells the states of all that is in it in one message, of megabytes
/// where it is a large one, and reading that would hold up the voice.
private final class HomeLoop: Sendable {
    private let loop = Mutex<EventLoop?>(nil)

    // Tools that are dropped unused end it, too.
    deinit { end() }

    func value() throws -> EventLoop {
        try loop.withLock { loop in
            if let loop { return loop }
            let made = try EventLoop(name: "homes")
            loop = made
            return made
        }
    }

    func end() { loop.withLock { $0.take() }?.stop() }
}
