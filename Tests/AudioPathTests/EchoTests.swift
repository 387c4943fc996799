import Testing

@testable import AudioPath

@Suite("The device's own voice in its own microphone")
struct EchoTests {
    @Test(
        "after five seconds it is 25 dB quieter, through a delay and drifting clocks",
        arguments: [0.0, 200, -300])
    func cancels(driftPPM: Double) {
        var room = EchoRoom()
        room.driftPPM = driftPPM
        let result = room.run(seconds: 9)
        #expect(result.reduction(5..<9) > 25)
        // A fast clock makes the reference slow relative to the microphone.
        #expect(abs(result.status.driftPPM + driftPPM) < 20)
        #expect(result.began.isEmpty)
        #expect(result.status.isActive)
    }

    @Test("a delay that the card does not report is found", arguments: [0.0, 0.06, 0.18])
    func delay(seconds: Double) {
        var room = EchoRoom()
        room.delay = { _ in seconds }
        let result = room.run(seconds: 5)
        #expect(abs((result.status.delayMilliseconds ?? -1000) - seconds * 1000) < 1.5)
        #expect(result.began.isEmpty)
    }

    @Test("a delay that changes in mid-speech is found again, with at most one false voice")
    func delayChange() {
        var room = EchoRoom()
        room.delay = { $0 < 6 ? 0.045 : 0.085 }
        let result = room.run(seconds: 12)
        #expect(abs((result.status.delayMilliseconds ?? 0) - 85) < 1.5)
        #expect(result.reduction(10..<12) > 20)
        #expect(result.began.allSatisfy { (300..<330).contains($0) })
        #expect(result.began.count <= 1)
    }

    @Test("a user who speaks over it is heard within a third of a second, hardly damped")
    func bargeIn() {
        var room = EchoRoom()
        room.near = 6.0...8.0
        let result = room.run(seconds: 9)
        #expect(result.began.count == 1)
        #expect((300..<317).contains(result.began.first ?? 0))
        var alone = room
        alone.far = 100...101
        let voice = alone.run(seconds: 9)
        let loss = zip(voice.left, result.left).enumerated().filter { (300..<385).contains($0.0) }
        let before = loss.reduce(0) { $0 + $1.1.0 }
        let after = loss.reduce(0) { $0 + $1.1.1 }
        #expect(after > before / 2)
        #expect(after < before * 1.5)
    }

    @Test("no voice interrupts its first second; once the canceller has learned, one can")
    func firstWords() {
        var room = EchoRoom()
        room.far = 0...9
        #expect(room.run(seconds: 6).began.isEmpty)
        room.near = 0.4...0.9
        room.nearGain = 8
        #expect(room.run(seconds: 4).began.isEmpty)
        room.near = 6...8
        room.nearGain = 1
        #expect((300..<330).contains(room.run(seconds: 8).began.first ?? 0))
    }

    @Test(
        "where too much echo is left no voice interrupts, and the status says so, until it drops")
    func shutGate() {
        var room = EchoRoom()
        // A clock that jumps, which no canceller can follow.
        room.delay = { time in
            let step = (time * 5).rounded(.down).remainder(dividingBy: 4)
            return time < 12 ? 0.05 + 0.012 * step : 0.05
        }
        room.near = 10.0...11.5
        room.nearGain = 3
        let early = room.run(seconds: 12)
        #expect(early.began.isEmpty)
        #expect(early.status.gate == .shut)
        room.near = 22.0...24.0
        let late = room.run(seconds: 24)
        #expect(late.status.gate == .open)
        #expect(late.began.count == 1)
        #expect((1100..<1130).contains(late.began.first ?? 0))
    }

    @Test("a missing canceller is done without, and the status says what is missing and why")
    func lack() throws {
        var settings = AudioSettings()
        settings.echo.mode = .cancel
        settings.echo.pluginPath = "/nowhere/martlet-webrtc.so"
        for wish in [EchoSettings.Canceller.automatic, .webrtc] {
            settings.echo.canceller = wish
            let status = try #require(MicrophoneStages.make(settings)).status
            #expect(status.canceller == "SpeexDSP")
            #expect(status.lack == "/nowhere/martlet-webrtc.so does not exist")
            #expect(status.gate == .learning)
        }
        settings.echo.canceller = .speex
        #expect(try #require(MicrophoneStages.make(settings)).status.lack == nil)
        settings.echo.mode = .halfDuplex
        let status = try #require(MicrophoneStages.make(settings)).status
        #expect(status.canceller == nil)
        #expect(status.gate == nil)
    }

    @Test("half-duplex: it does not listen while it speaks and until the room is quiet")
    func halfDuplex() {
        var room = EchoRoom()
        room.settings.echo.mode = .halfDuplex
        room.settings.echo.halfDuplexTailMilliseconds = 300
        room.far = 1...4
        room.near = 5.0...6.5
        let result = room.run(seconds: 8)
        #expect(result.began.count == 1)
        #expect((250..<275).contains(result.began.first ?? 0))
        // The sent sound is left as it is.
        #expect(abs(result.reduction(1..<4)) < 0.01)
    }

    @Test("half-duplex: in a dry room it waits no longer than needed")
    func measuredTail() {
        var room = EchoRoom()
        room.settings.echo.mode = .halfDuplex
        // Three answers, and a user who speaks 200 ms after the third.
        room.pauses = [2.0...4.0, 6.0...8.0]
        room.far = 1...10
        room.near = 10.2...11.5
        let result = room.run(seconds: 12)
        #expect(result.began.count == 1)
        #expect((510..<530).contains(result.began.first ?? 0))
        #expect((60..<200).contains(result.status.tailMilliseconds))
    }

    @Test("half-duplex: it waits for a loudspeaker that is heard much later than its card reports")
    func lateLoudspeaker() {
        var room = EchoRoom()
        room.settings.echo.mode = .halfDuplex
        // Like a radio link.
        room.delay = { _ in 0.4 }
        room.pauses = [2.0...4.0, 6.0...8.0]
        room.far = 1...10
        let result = room.run(seconds: 12)
        #expect(result.began.isEmpty)
        #expect((400..<600).contains(result.status.tailMilliseconds))
    }

    @Test("without cancellation the device hears itself as a voice, which proves these tests")
    func control() {
        var room = EchoRoom()
        room.settings.echo.mode = .halfDuplex
        room.settings.echo.halfDuplexTailMilliseconds = 0
        // The card reports no delay, so that nothing is known to be an echo.
        room.delay = { _ in 0.5 }
        room.far = 1...2
        #expect(!room.run(seconds: 4).began.isEmpty)
    }

    @Test("while the loudspeaker is silent, samples pass bit for bit, a frame later")
    func passes() throws {
        var settings = AudioSettings()
        settings.echo.mode = .cancel
        settings.echo.canceller = .speex
        let stages = try #require(MicrophoneStages.make(settings))
        let said = AudioEngineTests.pattern(32_000)
        var given: [Int16] = []
        for start in stride(from: 0, to: said.count, by: 320) {
            var frame = Array(said[start..<(start + 320)])
            let echo = frame.withUnsafeMutableBufferPointer { frame in
                frame.baseAddress.flatMap { stages.process($0, at: Int64(start)) }
            }
            #expect(echo == nil)
            given += frame
        }
        #expect(stages.delaySamples == 320)
        #expect(Array(given.dropFirst(320)) == Array(said.dropLast(320)))
    }

    @Test("no stage is added where none is asked for")
    func off() {
        #expect(MicrophoneStages.make(AudioSettings()) == nil)
    }

    @Test("noise is suppressed and quiet speech raised where that is asked for")
    func cleaning() {
        var room = EchoRoom()
        room.settings.echo.mode = .off
        room.settings.noiseSuppressionDecibels = 20
        room.far = 100...101
        let noise = room.run(seconds: 4).reduction(2..<4)
        #expect(noise > 12)
        room.settings.noiseSuppressionDecibels = 0
        room.settings.gainLimitDecibels = 12
        room.near = 0...6
        let gain = room.run(seconds: 6).reduction(4..<6)
        #expect(gain < -2)
        #expect(gain > -13)
    }
}
