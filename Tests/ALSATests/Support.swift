import ALSA
import Glibc
import Linux

/// Sound devices made of files, so that tests need no card.
final class FileDevices: Sendable {
    let folder: String

    init() throws {
        Self.useTestConfiguration
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-test")
    }

    deinit {
        try? Files.removeTree(folder)
    }

    /// ALSA's configuration is Tests/Support/asound.conf from the first use of this property on.
    static let useTestConfiguration: Void = {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        // Does not replace one that is set, because all tests of a run share it.
        setenv("ALSA_CONFIG_PATH", "/\(tests)/Support/asound.conf", 0)
        ALSALog.silence()
    }()

    /// A microphone that gives these samples and ends.
    func microphone(_ samples: [Int16]) throws -> String {
        let path = "\(folder)/microphone.raw"
        try Files.writeAtomically(path, bytes(samples), mode: 0o600)
        return "martlet_microphone:\(path)"
    }

    /// A microphone that gives what is written into a FIFO, and the FIFO's writing end.
    func livingMicrophone() throws -> (device: String, writer: Int32) {
        let path = "\(folder)/fifo"
        guard mkfifo(path, 0o600) == 0 else { throw SystemError(call: "mkfifo", code: errno) }
        // Opened for both directions, so that neither this call nor ALSA's open waits for the
        // other.
        let writer = open(path, O_RDWR)
        guard writer >= 0 else { throw SystemError(call: "open", code: errno) }
        return ("martlet_microphone:\(path)", writer)
    }

    /// The name of a speaker that keeps what it is given.
    var speaker: String { "martlet_speaker:\(folder)/speaker.raw" }

    /// What the speaker was given, once it is closed.
    func played() throws -> [Int16] {
        let bytes = try Files.read("\(folder)/speaker.raw", limitBytes: 10_000_000)
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    func bytes(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { sample in
            let bits = UInt16(bitPattern: sample)
            return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
    }
}

extension PCMRequest {
    /// A usual request: one channel, 20 ms periods, four of them.
    static func usual(
        _ device: String, _ direction: StreamDirection, rate: Int32 = 16_000
    ) -> PCMRequest {
        PCMRequest(
            device: device, direction: direction, rate: rate, channels: 1, periodFrames: rate / 50,
            bufferFrames: rate / 50 * 4)
    }
}
