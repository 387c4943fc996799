package import Configuration
internal import Curl
internal import Synchronization
internal import Tools
internal import WebSockets

// Each table makes three functions.
extension HomeAssistantToolSettings {
    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        // Its thread starts and libcurl is loaded with the first request.
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

/// The event loop of the homes, which is created when it is first needed.
///
/// Not the daemon's own: a home sends all its states in one message, megabytes for a large home,
/// and reading that would hold up the voice.
private final class HomeLoop: Sendable {
    private let loop = Mutex<EventLoop?>(nil)

    // It also ends with tools that are dropped unused.
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
