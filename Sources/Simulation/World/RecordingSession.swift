internal import Assistant
internal import Live
internal import ModelTypes
internal import VoiceSession
internal import WebSockets

/// The session as the assistant uses it, with its input recorded.
final class RecordingSession: SessionPort, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let session: any SessionPort
    private let book: WorldBook
    private let life: Life

    init(session: any SessionPort, book: WorldBook, life: Life) {
        self.session = session
        self.book = book
        self.life = life
    }

    var rates: SessionRates { session.rates }

    func connect() {
        guard !life.isOver else { return }
        session.connect()
    }

    func beginActivity() {
        guard !life.isOver else { return }
        book.beginUtterance()
        session.beginActivity()
    }

    func sendAudio(_ samples: [Int16]) {
        guard !life.isOver else { return }
        book.utter(samples)
        session.sendAudio(samples)
    }

    func endActivity() -> AnswerNumber? {
        guard !life.isOver else { return nil }
        book.endUtterance()
        return session.endActivity()
    }

    func endAudioStream() -> AnswerNumber? {
        guard !life.isOver else { return nil }
        book.endUtterance()
        return session.endAudioStream()
    }

    func expectNoReply() { session.expectNoReply() }

    func discardInput() {
        guard !life.isOver else { return }
        book.discardUtterances()
        session.discardInput()
    }

    func sendText(_ text: String) -> AnswerNumber? {
        guard !life.isOver else { return nil }
        return session.sendText(text)
    }

    func sendToolResponses(_ responses: [FunctionResponse]) {
        guard !life.isOver else { return }
        session.sendToolResponses(responses)
    }
}

/// The connection of one run of the program.
final class LivingTransport: LiveTransport, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let network: VirtualNetwork
    private let life: Life

    init(_ network: VirtualNetwork, life: Life) {
        self.network = network
        self.life = life
    }

    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        guard !life.isOver else { return }
        network.open(request, onEvent: onEvent)
    }

    func send(_ write: (inout [UInt8]) -> Void) {
        if !life.isOver { network.send(write) }
    }

    func close() {
        if !life.isOver { network.close() }
    }

    func abort() {
        if !life.isOver { network.abort() }
    }
}
