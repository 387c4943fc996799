import ModelTypes
import VoiceSession

/// A voice service of a few dozen lines: it hears turns, answers by a script, at any rates.
///
/// It has nothing of a Live session: no handle, no connection, no messages. It notes forbidden
/// input as a breach, where a strict service would close.
final class ScriptedService: SessionPort, @unchecked Sendable {
    // @unchecked: used on the test's one thread only.

    enum Answer {
        /// Words and their sound, which `finish` ends.
        case words(String, milliseconds: Int)
        case call(FunctionCall)
    }

    let rates: SessionRates
    var onEvent: (SessionEvent) -> Void = { _ in }
    private var script: [Answer]
    private(set) var heard: [[Int16]] = []
    private(set) var results: [FunctionResponse] = []
    private(set) var breaches: [String] = []
    private var isReachable = true
    private var isOnline = false
    private var isAnswering = false
    private var wantsReply = true
    /// Words being spoken, and those spoken without a connection.
    private var open: [Int16]?
    private var held: [(words: [Int16], answer: AnswerNumber)] = []
    /// The answer to the latest turn.
    private var answer = AnswerNumber.none
    private var calls: Set<String> = []

    init(_ rates: SessionRates, _ script: [Answer]) {
        self.rates = rates
        self.script = script
    }

    // MARK: - The port

    func connect() {
        guard !isOnline else { return }
        onEvent(.connecting(attempt: 1))
        guard isReachable else {
            return onEvent(.offline(.unreachable("no route"), retryIn: .seconds(1)))
        }
        isOnline = true
        onEvent(.ready(resumed: false))
        let waiting = held
        held = []
        for (words, answer) in waiting { hear(words, answer) }
    }

    func beginActivity() {
        if open != nil { breaches.append("an activity within another") }
        open = []
        guard isAnswering else { return }
        isAnswering = false
        onEvent(.interrupted(answer, next: nil))
        onEvent(.turnComplete(answer))
    }

    func sendAudio(_ samples: [Int16]) {
        if open == nil { breaches.append("sound outside of an activity") }
        open? += samples
    }

    func endActivity() -> AnswerNumber? {
        guard let words = open, !words.isEmpty else {
            breaches.append("the end of an activity without sound")
            return nil
        }
        open = nil
        let due = AnswerNumber(UInt64(heard.count + held.count + 1))
        if isOnline { hear(words, due) } else { held.append((words, due)) }
        return due
    }

    func endAudioStream() -> AnswerNumber? {
        breaches.append("a pause of the microphone, with manual turns")
        return nil
    }
    func expectNoReply() { wantsReply = false }
    func discardInput() { (open, held) = (nil, []) }
    func sendText(_ text: String) -> AnswerNumber? { nil }

    func sendToolResponses(_ responses: [FunctionResponse]) {
        for response in responses where calls.remove(response.id) == nil {
            breaches.append("an answer to \(response.id), which is not open")
        }
        results += responses
        if calls.isEmpty { reply() }
    }

    // MARK: - The service

    private func hear(_ words: [Int16], _ due: AnswerNumber) {
        heard.append(words)
        answer = due
        onEvent(.inputTranscript("turn \(heard.count)"))
        if wantsReply { reply() }
        wantsReply = true
    }

    private func reply() {
        guard !script.isEmpty else { return breaches.append("a turn more than the script has") }
        switch script.removeFirst() {
        case .words(let text, let milliseconds):
            isAnswering = true
            onEvent(.outputTranscript(text, of: answer))
            speak(milliseconds: milliseconds)
        case .call(let call):
            calls.insert(call.id)
            onEvent(.toolCalls([call], of: answer))
        }
    }

    /// Sound of the answer to the latest turn; each sample has the turn's number.
    func speak(milliseconds: Int) {
        let count = rates.output * milliseconds / 1000
        onEvent(.audio([Int16](repeating: Int16(1000 + heard.count), count: count), of: answer))
    }

    func finish() {
        isAnswering = false
        onEvent(.generationComplete(answer))
        onEvent(.turnComplete(answer))
    }

    func lose() {
        (isOnline, isReachable, isAnswering) = (false, false, false)
        onEvent(.offline(.lost, retryIn: .seconds(1)))
    }

    func returnToLife() {
        isReachable = true
        connect()
    }
}
