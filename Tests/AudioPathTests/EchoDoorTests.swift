import TestEchoDoor
import Testing

@testable import AudioPath

@Suite(
    "A loaded canceller in the microphone's path",
    .enabled(if: FakeDoor.isPossible, Comment(rawValue: FakeDoor.absence)))
struct EchoDoorTests {
    private func stages(_ fake: FakeDoor) throws -> MicrophoneStages {
        var settings = AudioSettings()
        settings.echo.mode = .cancel
        settings.echo.canceller = .webrtc
        settings.echo.pluginPath = fake.path
        return try #require(MicrophoneStages.make(settings))
    }

    /// A second of silence, then the loudspeaker at the microphone at full level; gives each
    /// frame's output, and the level that may remain.
    private func hear(
        _ stages: MicrophoneStages, frames: Int, first: Int16 = 0
    ) -> [(frame: [Int16], echo: Float?)] {
        let ring = EchoReference()
        let whole = AudioEngineTests.pattern(320 * frames)
        return (0..<frames).map { index in
            let isPlaying = index >= 50
            let start = Int64(index) * 20_000_000
            let sound = Array(whole[(index * 320)..<(index * 320 + 320)])
            if isPlaying {
                ring.wrote(sound, channels: 1, frames: 320, rate: 16_000, heardAt: start)
            }
            stages.take(from: ring) { $0 * 16_000 / 1_000_000_000 }
            var frame = isPlaying ? sound : [Int16](repeating: 0, count: 320)
            if isPlaying, first != 0 { frame[0] = first }
            let echo = frame.withUnsafeMutableBufferPointer { frame in
                frame.baseAddress.flatMap { stages.process($0, at: Int64(index * 320)) }
            }
            return (frame, echo)
        }
    }

    @Test("it takes the echo out, and the gate opens")
    func cancels() async throws {
        let stages = try stages(try await FakeDoor())
        #expect(stages.status.canceller == "a fake 1.0")
        #expect(stages.status.lack == nil)
        #expect(stages.delaySamples == 128)
        let heard = hear(stages, frames: 250)
        #expect(heard[200...].allSatisfy { $0.frame.allSatisfy { $0 == 0 } })
        #expect(heard[60].echo == 0)
        #expect((heard[249].echo ?? 0) < -10)
        #expect(stages.status.gate == .open)
        #expect(stages.status.refusals == 0)
    }

    @Test("while it refuses frames they pass unchanged, and no voice interrupts the echo")
    func refuses() async throws {
        let stages = try stages(try await FakeDoor())
        let heard = hear(stages, frames: 500, first: -1)
        #expect(heard[50...].allSatisfy { $0.echo == 0 })
        #expect(stages.status.refusals > 400)
        #expect(stages.status.gate == .shut)
        // A refused frame passes unchanged.
        #expect(heard[400].frame.contains(-1))
        #expect(heard[400].frame.filter { $0 != 0 }.count > 200)
    }

    @Test("while the loudspeaker is silent, samples pass bit for bit, with the declared latency")
    func passes() async throws {
        let stages = try stages(try await FakeDoor())
        let said = AudioEngineTests.pattern(64_000)
        var given: [Int16] = []
        for start in stride(from: 0, to: said.count, by: 320) {
            var frame = Array(said[start..<(start + 320)])
            let echo = frame.withUnsafeMutableBufferPointer { frame in
                frame.baseAddress.flatMap { stages.process($0, at: Int64(start)) }
            }
            #expect(echo == nil)
            given += frame
        }
        #expect(Array(given.dropFirst(128)) == Array(said.dropLast(128)))
    }
}
