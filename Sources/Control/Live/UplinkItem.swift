package import ModelTypes
internal import WireCodec

/// One thing said to the service, in the order it was said.
package enum UplinkItem: Sendable, Equatable {
    /// The user begins to speak; only with manual detection.
    case activityStart
    /// Mono samples at 16 kHz.
    case audio([Int16])
    /// The user has spoken; only with manual detection.
    case activityEnd
    /// The microphone pauses; only with automatic detection.
    case audioStreamEnd
    /// Words typed or made up by the program.
    case text(String)
    /// Answers to calls.
    case toolResponses([FunctionResponse])

    /// The rate of microphone samples (Hz); the service's native one.
    package static let sampleRate = 16_000

    /// Appends the message as the wire has it.
    package func append(to message: inout [UInt8]) {
        switch self {
        case .activityStart:
            message.append(contentsOf: #"{"realtimeInput":{"activityStart":{}}}"#.utf8)
        case .audio(let samples):
            AudioMessage.append(samples[...], sampleRate: Self.sampleRate, to: &message)
        case .activityEnd:
            message.append(contentsOf: #"{"realtimeInput":{"activityEnd":{}}}"#.utf8)
        case .audioStreamEnd:
            message.append(contentsOf: #"{"realtimeInput":{"audioStreamEnd":true}}"#.utf8)
        case .text(let text):
            let json: JSONValue = ["realtimeInput": ["text": .string(text)]]
            json.append(to: &message)
        case .toolResponses(let responses):
            let json: JSONValue = [
                "toolResponse": ["functionResponses": .array(responses.map(\.json))]
            ]
            json.append(to: &message)
        }
    }
}
