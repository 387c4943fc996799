internal import Configuration
internal import Live
internal import ModelTypes
internal import Store
internal import VoiceSession
internal import WebSockets

/// The Live service as the settings want it: the only place where the device makes its session.
///
/// Another service is a type like this one, and a choice between them in `Application`.
struct LiveService {
    /// The sample rates that Live takes and sends.
    static let rates = SessionRates.live

    private let wanted: SessionSettings
    private let voiceComplaints: [String]

    /// The service that the settings ask for, with the tools that the model is offered; throws if
    /// they or the account file lack something.
    init(_ settings: Settings, tools: [FunctionDeclaration]) throws {
        var wanted = try SessionSettings(Credentials.completed(settings), tools: tools)
        let (voice, complaints) = VoiceSample.read(settings)
        wanted.replicatedVoice = voice
        self.wanted = wanted
        voiceComplaints = complaints
    }

    /// What the settings ask for and the service cannot give, one line each.
    var complaints: [String] { wanted.complaints + voiceComplaints }

    /// The model's name, as the settings have it.
    var model: String { wanted.model }

    /// The functions that the model is offered.
    var functionCount: Int { wanted.tools.count }

    /// What the store holds of the conversation for these settings; reads the disk.
    func keeper(_ settings: Settings, _ store: StateStore?, _ log: Log) -> SessionKeeper {
        SessionKeeper(settings, wanted, store, log)
    }

    /// A session that waits for `connect`, on the loop; without a `keeper` it keeps nothing and has
    /// no token limit.
    func session(
        on loop: EventLoop, as credential: SessionCredential, keeper: SessionKeeper?,
        onEvent: @escaping @Sendable (SessionEvent) -> Void
    ) -> any VoiceService {
        session(
            on: loop, through: WebSocketTransport(loop: loop), as: credential, keeper: keeper,
            onEvent: onEvent)
    }

    /// The same over another transport.
    func session(
        on loop: EventLoop, through transport: any LiveTransport,
        as credential: SessionCredential, keeper: SessionKeeper?,
        onEvent: @escaping @Sendable (SessionEvent) -> Void
    ) -> any VoiceService {
        LiveSession(
            executor: loop, transport: transport, settings: wanted,
            credential: credential, alarm: EventLoopAlarm(loop: loop), kept: keeper?.kept,
            gate: { keeper?.refusal }, keep: { keeper?.keep($0) }, onEvent: onEvent)
    }
}
