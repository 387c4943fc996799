internal import Assistant
internal import ModelTypes

/// The session as the assistant uses it, with what it says written down.
final class RecordingSession: SessionPort, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let session: any SessionPort
    private let book: WorldBook

    init(session: any SessionPort, book: WorldBook) {
        self.session = session
        self.book = book
    }

    func connect() { session.connect() }

    func beginActivity() {
        book.beginUtterance()
        session.beginActivity()
    }

    func sendAudio(_ samples: [Int16]) {
        book.utter(samples)
        session.sendAudio(samples)
    }

    func endActivity() {
        book.endUtterance()
        session.endActivity()
    }

    func endAudioStream() {
        book.endUtterance()
        session.endAudioStream()
    }

    func expectNoReply() { session.expectNoReply() }

    func discardInput() {
        book.discardUtterances()
        session.discardInput()
    }

    func sendText(_ text: String) { session.sendText(text) }

    func sendToolResponses(_ responses: [FunctionResponse]) {
        session.sendToolResponses(responses)
    }
}
