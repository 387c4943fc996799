internal import Configuration
internal import Curl
internal import HomeAssistant
internal import ModelTypes
internal import Synchronization
internal import Tools
internal import WebSockets

// Homes: `[[tool.home_assistant]]`, three functions each.
extension ToolSetBuilder {
    mutating func addHomes(_ own: OwnParts?) {
        let homes = settings.tools(HomeAssistantToolSettings.self)
        guard !homes.isEmpty else { return }
        // One for all; its thread and libcurl come with the first request.
        let client = HTTPClient()
        let loop = HomeLoop()
        for (settings, settingsOfHome) in homes {
            do {
                let home = try makeHome(settings, settingsOfHome, client, loop, own)
                for tool in try home.tools() { add(tool, at: settings.position) }
                guard !isDry else { continue }
                beginnings.append(Beginning(source: settings.name) { await home.prepare() })
                endings.append { await home.end() }
            } catch {
                note(error, at: settings.position)
            }
        }
        if !isDry { endings.append { loop.end() } }
    }

    private func makeHome(
        _ settings: ToolSettings, _ home: HomeAssistantToolSettings, _ client: HTTPClient,
        _ loop: HomeLoop, _ own: OwnParts?
    ) throws -> Home {
        let (secrets, token) = (secrets, home.token)
        var shown = HomeSettings(
            name: settings.name, url: home.url, authorityFile: home.authorityFile,
            exposure: HomeExposure(
                domains: home.domains, areas: home.areas, labels: home.labels,
                entities: home.entities, exceptions: home.exceptions),
            guarded: home.guarded, terms: settings.terms,
            confirmation: settings.unlockingConfirmation)
        if let risk = home.indirectRisk { shown.indirectRisk = risk }
        if !home.code.pieces.isEmpty { shown.code = { try secrets.resolve(home.code) } }
        return try Home(
            shown, client: client, clock: SystemToolClock(), loop: { try loop.value() },
            token: { try secrets.resolve(token) },
            note: { own?.log(.notice, "\(settings.title): \($0)") })
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
