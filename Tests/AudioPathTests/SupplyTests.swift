import ALSA
import AudioCore
import Linux
import Testing

@testable import AudioPath

/// How speech arrives, and when playback starts; and what is written while nothing plays.
struct SupplyTests {
    private static let millisecond: Int64 = 1_000_000

    @Test("a gap in a reply lengthens the prebuffer by as much, up to the limit")
    func grows() {
        var prebuffer = Prebuffer(milliseconds: 60, limitMilliseconds: 300)
        #expect(prebuffer.samples == 1440)
        prebuffer.ranDry(at: 0)
        #expect(prebuffer.isDry)
        prebuffer.returned(at: 100 * Self.millisecond)
        // Only the first return counts.
        prebuffer.returned(at: 500 * Self.millisecond)
        prebuffer.goesOn()
        #expect(prebuffer.samples == 1440 + 2400)
        prebuffer.ranDry(at: 0)
        prebuffer.returned(at: 900 * Self.millisecond)
        #expect(prebuffer.samples == 300 * 24)
    }

    @Test("a pause of the model is not taken for a gap of the line")
    func pause() {
        var prebuffer = Prebuffer(milliseconds: 60, limitMilliseconds: 1000)
        prebuffer.ranDry(at: 0)
        prebuffer.returned(at: 4000 * Self.millisecond)
        prebuffer.goesOn()
        #expect(prebuffer.samples == 1440)
    }

    @Test("replies that arrive faster than they are played shorten it, down to a period")
    func shrinks() {
        var prebuffer = Prebuffer(milliseconds: 400, limitMilliseconds: 1000)
        var before = prebuffer.samples
        for _ in 0..<40 {
            for _ in 0..<50 { prebuffer.took(480, left: prebuffer.samples, isEnded: false) }
            prebuffer.finished()
            #expect(prebuffer.samples <= before)
            before = prebuffer.samples
        }
        #expect(prebuffer.samples == Prebuffer.leastSamples)
    }

    @Test("a reply that barely had enough leaves it as it is, and a short one changes nothing")
    func keeps() {
        var prebuffer = Prebuffer(milliseconds: 400, limitMilliseconds: 1000)
        for _ in 0..<50 { prebuffer.took(480, left: 0, isEnded: false) }
        prebuffer.finished()
        #expect(prebuffer.samples == 9600)
        prebuffer.took(480, left: 9600, isEnded: false)
        prebuffer.finished()
        #expect(prebuffer.samples == 9600)
    }

    @Test("a reply that underruns waits for more than a few samples, and all of it is heard")
    func refills() throws {
        var rig = try PlaybackRig()
        let reply = AudioEngineTests.pattern(9600)
        rig.speaker.enqueue(Array(reply[..<2400]))
        // With 80 ms in the buffer it is no underrun; it is one when the card holds 30 ms.
        for _ in 0..<6 { _ = rig.loop.step() }
        #expect(rig.speaker.snapshot().dryCount == 0)
        while rig.speaker.snapshot().dryCount == 0 { _ = rig.loop.step() }
        #expect(rig.listener.heard.count >= 2400 - 750)
        rig.speaker.enqueue(Array(reply[2400..<2500]))
        for _ in 0..<3 { _ = rig.loop.step() }
        #expect(PlaybackLoopTests.sound(rig.listener).count == 2400)
        rig.speaker.enqueue(Array(reply[2500...]))
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        #expect(rig.listener.heard.filter { $0 != 0 } == reply.filter { $0 != 0 })
        #expect(rig.speaker.snapshot().prebufferSamples > 1440)
    }

    @Test("speech that arrives before the card's buffer is empty is heard without a gap")
    func noHole() throws {
        var rig = try PlaybackRig()
        let reply = AudioEngineTests.pattern(1440 + 40 * 960)
        let speaker = rig.speaker
        var enqueued = 1440
        speaker.enqueue(Array(reply[..<enqueued]))
        // Everything that arrived was written, and there is room for more.
        rig.loop.device.duringRest = {
            guard enqueued < reply.count else { return }
            let end = min(reply.count, enqueued + 960)
            speaker.enqueue(Array(reply[enqueued..<end]))
            enqueued = end
            if end == reply.count { speaker.endOfTurn() }
        }
        _ = rig.playOut()
        #expect(PlaybackLoopTests.sound(rig.listener) == reply)
        #expect(rig.speaker.snapshot().dryCount == 0)
    }

    @Test(
        "a card is started whatever it grants, and even the shortest sound is heard whole",
        arguments: [
            // The headphones of a Raspberry Pi, asked for 20 and 80 ms at 24 kHz.
            (Int32(512), Int32(1920)), (480, 1920), (480, 960), (700, 1920), (1000, 2001),
        ])
    func odd(period: Int32, buffer: Int32) throws {
        for length in [100, 480, 1400, 9600] {
            var rig = try PlaybackRig(
                grant: PCMGrant(
                    rate: 24_000, channels: 1, periodFrames: period, bufferFrames: buffer,
                    hasClock: true))
            let reply = AudioEngineTests.pattern(length)
            rig.speaker.enqueue(reply)
            rig.speaker.endOfTurn()
            let end = rig.playOut()
            #expect(end == .idle)
            #expect(PlaybackLoopTests.sound(rig.listener) == reply)
            #expect(rig.speaker.snapshot().drainedCount == 1)
        }
    }

    @Test("after a pause silence comes first, so that an amplifier wakes up and nothing is lost")
    func leadIn() throws {
        var settings = AudioSettings()
        settings.leadInMilliseconds = 300
        var rig = try PlaybackRig(settings: settings)
        let reply = AudioEngineTests.pattern(4800)
        for _ in 0..<2 {
            rig.listener.forget()
            rig.speaker.enqueue(reply)
            rig.speaker.endOfTurn()
            let end = rig.playOut()
            #expect(end == .idle)
            let lead = rig.listener.heard.prefix { $0 == 0 }
            #expect(lead.count == 7200)
            #expect(Array(rig.listener.heard.dropFirst(7200).prefix(4800)) == reply)
        }
    }

    @Test("a device that is kept running needs no second lead-in, and replies still end")
    func keepsRunning() throws {
        var settings = AudioSettings()
        settings.leadInMilliseconds = 100
        settings.keepRunningSeconds = nil
        settings.hasFaintNoise = true
        var rig = try PlaybackRig(settings: settings)
        for _ in 0..<20 { _ = rig.loop.step() }
        #expect(rig.listener.heard.contains(1))
        #expect(rig.listener.heard.allSatisfy { (-1...1).contains($0) })
        let before = rig.listener.heard.count
        let reply = AudioEngineTests.pattern(4800)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        for _ in 0..<40 { _ = rig.loop.step() }
        #expect(rig.speaker.snapshot().drainedCount == 1)
        #expect(rig.listener.drops == 0)
        let heard = rig.listener.heard.dropFirst(before)
        let start = try #require(heard.firstIndex { abs($0) > 1 })
        #expect(start - before <= 1920)
        #expect(Array(heard[start...].prefix(4800)) == reply)
    }

    @Test("a loudspeaker that is woken early runs before there is anything to play")
    func wokenEarly() throws {
        var settings = AudioSettings()
        settings.leadInMilliseconds = 100
        var rig = try PlaybackRig(settings: settings)
        let idle = rig.loop.step()
        #expect(idle == .idle)
        rig.speaker.stayAwake(milliseconds: 60_000)
        for _ in 0..<20 {
            let step = rig.loop.step()
            #expect(step == .moved)
        }
        #expect(rig.listener.heard.count > 7000)
    }

    @Test("a card's controls are found by the device's name")
    func cards() {
        #expect(VolumeControl.card(of: "plughw:CARD=Headset,DEV=0") == "hw:CARD=Headset")
        #expect(VolumeControl.card(of: "hw:Loopback,1") == "hw:Loopback")
        #expect(VolumeControl.card(of: "default") == "default")
        #expect(VolumeControl.card(of: "null") == nil)
        #expect(VolumeControl.card(of: "file:out.raw") == nil)
    }

    @Test("a volume that the card cannot set is set in the mixer, and stays through ducking")
    func softVolume() throws {
        var rig = try PlaybackRig()
        let volume = VolumeControl(speaker: rig.speaker, wish: .automatic, percent: 50)
        let trouble = volume.deviceChanged(to: "null")
        #expect(trouble == nil)
        rig.speaker.duck(.reply)
        rig.speaker.enqueue([Int16](repeating: 8000, count: 2400))
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        #expect(PlaybackLoopTests.sound(rig.listener).allSatisfy { $0 == 1000 })
        #expect(volume.percent == 50)
        volume.set(100)
        #expect(volume.percent == 100)
    }
}
