internal import AudioCore
internal import Linux
internal import SpeexDSP

/// Why a program that the simulation needs did not do its work.
package struct HelperError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

/// Speech synthesized by espeak-ng, for simulated microphones and models.
package enum SpeechMaker {
    /// The longest that a sentence may take.
    private static let deadline = Duration.seconds(20)
    /// A minute of speech (bytes).
    private static let limitBytes = 8 << 20

    /// Speaks a text; mono samples at a rate (Hz).
    package static func speak(
        _ text: String, voice: String = "en", rate: Int32
    ) async throws -> [Int16] {
        let command = Command(
            arguments: ["espeak-ng", "-v", voice, "-s", "150", "--stdout", "--", text],
            environment: Environment.all(), outputLimitBytes: limitBytes)
        let result: CommandResult
        do {
            result = try await ChildProcess.run(command, deadline: deadline, grace: .seconds(1))
        } catch {
            throw HelperError(
                description: "cannot run espeak-ng (\(error)); install it: apt install espeak-ng")
        }
        guard result.exit == .exited(0) else {
            let words = String(decoding: result.standardError.prefix(200), as: UTF8.self)
            throw HelperError(description: "espeak-ng ended with \(result.exit): \(words)")
        }
        let file = try WAVFile(parsing: result.standardOutput, path: "espeak-ng")
        return try convert(file.samples, from: file.rate, to: rate)
    }

    /// Converts mono samples from one rate to another.
    package static func convert(
        _ samples: [Int16], from: Int32, to: Int32
    ) throws -> [Int16] {
        try Resampler.converted(samples, from: from, to: to, quality: 8)
    }
}
