package import Configuration
package import Curl
internal import Linux
internal import Synchronization
package import Tools
package import WebSockets
internal import WireCodec

/// Home Assistant as three functions for the model: list, state, and control.
///
/// The names come over the WebSocket, since only it has areas and labels and reports their changes;
/// states are requested over REST when a call needs them, so that none is out of date and none
/// wakes the processor. Services are called over the WebSocket, which says in words why one failed;
/// only without a WebSocket they are called over REST, which does not.
///
/// ## Concurrency
/// Everything may be called from any task.
package final class Home: Sendable {
    /// A call waits for the connection no longer than this, nor longer than half of its deadline.
    private static let patience = Duration.seconds(5)
    /// The same if a directory is known from before, since REST may be enough.
    private static let shortPatience = Duration.seconds(2)

    /// The first part of the functions' names: "home" for `home_control`.
    let name: String
    let settings: HomeAssistantToolSettings
    /// The limits of each function; their risk is that of a harmless action.
    let terms: ToolTerms
    /// How the user confirms an action that lets someone in; nil: not at all.
    let confirmation: ToolConfirmation?
    private let secrets: any SecretPort
    let link: HomeLink
    let rest: HomeREST
    /// Calls that were judged and not made yet, with the judgements.
    private let judged = Mutex<[(arguments: ToolArguments, judgement: HomeJudgement)]>([])
    /// At most this many are kept; there are never that many calls between judgement and start.
    private static let judgedLimit = 64

    /// Connects at the first call of a function, or at `prepare`.
    ///
    /// `loop` is called then, and `ports` is asked for the token whenever it is sent. `note` takes
    /// a line for the log, once for each change.
    package init(
        _ settings: HomeAssistantToolSettings, name: String, terms: ToolTerms,
        confirmation: ToolConfirmation?, client: HTTPClient, ports: ToolPorts,
        loop: @escaping @Sendable () throws -> EventLoop, note: @escaping @Sendable (String) -> Void
    ) throws(WebSocketsError) {
        let secrets = ports.secrets
        let token: @Sendable () throws -> Secret = { try secrets.resolve(settings.token) }
        let base = settings.url.hasSuffix("/") ? String(settings.url.dropLast()) : settings.url
        let authorityFile = settings.authorityFile.isEmpty ? nil : settings.authorityFile
        let address = try WebSocketURL(base + "/api/websocket")
        self.name = name
        self.settings = settings
        self.terms = terms
        self.confirmation = confirmation
        self.secrets = secrets
        rest = HomeREST(base: base, authorityFile: authorityFile, client: client, token: token)
        link = HomeLink(
            HomeLink.Place(
                request: WebSocketRequest(
                    url: address, certificateAuthorityFile: authorityFile,
                    proxies: ProxySettings(environment: [:])),
                token: token, loop: loop),
            exposure: settings.exposure, clock: ports.clock, note: note)
    }

    /// The code that alarm systems and locks want; nil: none.
    func code() throws -> Secret? {
        try settings.code.pieces.isEmpty ? nil : secrets.resolve(settings.code)
    }

    /// The functions.
    package func tools() throws(ToolDeclarationError) -> [any Tool] {
        [
            try HomeListTool(self), try HomeStateTool(self), try HomeControlTool(self),
        ]
    }

    /// Connects ahead of the first call, so that it need not wait and is judged with a known
    /// directory; returns when the directory is known, or after a time-out.
    package func prepare() async {
        guard !settings.exposure.isEmpty else { return }
        _ = await link.standing(within: Self.patience)
    }

    /// Ends the connection.
    package func end() async { await link.end() }

    /// The directory; throws if it was never known and cannot be loaded now.
    func directory() async throws(ToolFailure) -> HomeDirectory {
        guard !settings.exposure.isEmpty else {
            throw ToolFailure(
                "nothing of the home is exposed: its owner has to name areas, labels, domains or "
                    + "entities in the settings")
        }
        let patience = link.known.value == nil ? Self.patience : Self.shortPatience
        let standing = await link.standing(within: min(patience, terms.deadline / 2))
        if let known = link.known.value { return known }
        switch standing {
        case .refused(let words): throw ToolFailure(HomeWords.badToken(words))
        case .away(let why): throw ToolFailure("Home Assistant is away: \(why)")
        case .coming, .ready: throw ToolFailure("Home Assistant does not answer; try again later")
        }
    }

    /// Does something with the directory; if a name is unknown in it, does it again with a fresher
    /// one.
    func withDirectory<Result>(
        _ body: (HomeDirectory) throws(HomeFault) -> Result
    ) async throws(ToolFailure) -> Result {
        let directory = try await directory()
        do throws(HomeFault) {
            return try body(directory)
        } catch {
            guard case .unknown = error,
                await link.refresh(within: min(Self.patience, terms.deadline / 2)),
                let fresh = link.known.value
            else { throw error.failure }
            do throws(HomeFault) {
                return try body(fresh)
            } catch {
                throw error.failure
            }
        }
    }

    /// Keeps the judgement of a call until the call is made.
    func remember(_ arguments: ToolArguments, _ judgement: HomeJudgement) {
        judged.withLock { judged in
            judged.removeAll { $0.arguments == arguments }
            if judged.count >= Self.judgedLimit { judged.removeFirst() }
            judged.append((arguments, judgement))
        }
    }

    /// The judgement of a call, which is removed.
    func judgement(of arguments: ToolArguments) -> HomeJudgement? {
        judged.withLock { judged in
            guard let index = judged.firstIndex(where: { $0.arguments == arguments }) else {
                return nil
            }
            return judged.remove(at: index).judgement
        }
    }
}

/// The judgement of a call, which decided whether to ask the user.
struct HomeJudgement: Sendable, Equatable {
    let risk: ToolRisk
    /// The ids of its entities; empty if they were not known yet.
    let targets: [String]
}
