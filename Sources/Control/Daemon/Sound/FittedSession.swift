internal import AudioPath
internal import ModelTypes
internal import SpeexDSP
internal import VoiceSession

/// Converts between the rates of a voice service and those of the device's sound path.
///
/// Live has the sound path's own rates, so nothing is converted; a service with other rates is
/// still played and heard at the right pitch.
///
/// ## Concurrency
/// Confined to the loop's thread.
final class RateFit: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// Speech sounds no better above this quality (of 10).
    private static let quality: Int32 = 4

    /// One direction of it.
    private final class Conversion {
        private let resampler: Resampler

        init(from: Int, to: Int) throws(ResamplerError) {
            resampler = try Resampler(
                from: Int32(from), to: Int32(to), quality: RateFit.quality)
        }

        func convert(_ samples: [Int16]) -> [Int16] {
            var converted: [Int16] = []
            resampler.append(samples, to: &converted)
            return converted
        }

        /// The samples that the filter holds back at the end of a stream; resets it for the next
        /// one.
        func end() -> [Int16] {
            let rest = convert([Int16](repeating: 0, count: resampler.latencyFrames))
            resampler.reset()
            return rest
        }

        func reset() { resampler.reset() }
    }

    /// Nil where the rates are the same.
    private let up: Conversion?
    private let down: Conversion?

    /// A fit between a service and the sound path; nil if there is nothing to convert.
    init?(of service: SessionRates, to device: SessionRates) throws(ResamplerError) {
        guard service != device else { return nil }
        up =
            service.input == device.input
            ? nil : try Conversion(from: device.input, to: service.input)
        down =
            service.output == device.output
            ? nil : try Conversion(from: service.output, to: device.output)
    }

    /// The user's words, at the service's rate.
    func words(_ samples: [Int16]) -> [Int16] { up?.convert(samples) ?? samples }

    /// The last of the words, which have ended; empty if nothing is held back.
    func endOfWords() -> [Int16] { up?.end() ?? [] }

    /// Forgets the words: they are not sent after all, or others begin.
    func forgetWords() { up?.reset() }

    /// The events that the device gets for one of the service's, in order.
    func events(_ event: SessionEvent) -> [SessionEvent] {
        guard let down else { return [event] }
        switch event {
        case .audio(let samples, let answer):
            return [.audio(down.convert(samples), of: answer)]
        case .generationComplete(let answer), .turnComplete(let answer), .toolCalls(_, let answer):
            let rest = down.end()
            // It is silence alone if nothing was said.
            guard rest.contains(where: { $0 != 0 }) else { return [event] }
            return [.audio(rest, of: answer), event]
        case .interrupted, .offline, .failed, .closed, .asleep:
            down.reset()
            return [event]
        case .connecting, .ready, .inputTranscript, .outputTranscript, .toolCallsCancelled, .text,
            .answerFailed, .grounding, .voiceActivity, .usage, .notice:
            return [event]
        }
    }
}

/// A voice service at the rates of the device's sound path.
struct FittedSession: VoiceService {
    let service: any VoiceService
    let fit: RateFit
    /// The sound path's rates.
    let rates: SessionRates

    var isReady: Bool { service.isReady }
    var isIdle: Bool { service.isIdle }
    func connect() { service.connect() }
    func disconnect() { service.disconnect() }
    func endConversation() { service.endConversation() }
    func beginActivity() {
        fit.forgetWords()
        service.beginActivity()
    }
    func sendAudio(_ samples: [Int16]) { service.sendAudio(fit.words(samples)) }
    func endActivity() -> AnswerNumber? {
        sendRest()
        return service.endActivity()
    }
    func endAudioStream() -> AnswerNumber? {
        sendRest()
        return service.endAudioStream()
    }
    func expectNoReply() { service.expectNoReply() }
    func discardInput() {
        fit.forgetWords()
        service.discardInput()
    }
    func sendText(_ text: String) -> AnswerNumber? { service.sendText(text) }
    func sendToolResponses(_ responses: [FunctionResponse]) {
        service.sendToolResponses(responses)
    }
    func updateContext(instruction: String?, tools: [FunctionDeclaration]?) {
        service.updateContext(instruction: instruction, tools: tools)
    }

    private func sendRest() {
        let rest = fit.endOfWords()
        if !rest.isEmpty { service.sendAudio(rest) }
    }
}

extension SessionRates {
    /// The rates at which the sound path captures and plays.
    static let sound = SessionRates(
        input: Int(AudioSettings.microphoneRate), output: Int(AudioSettings.speechRate))
}
