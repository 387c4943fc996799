import Configuration
import Linux
import Synchronization
import TestInputs
import Testing
import WireCodec

@testable import Daemon

/// The events in order, for a test that waits for one of them.
private final class Story: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let events = Mutex<[String]>([])

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded) }

    var all: [String] { events.withLock { $0 } }

    func add(_ event: String) {
        events.withLock { $0.append(event) }
        continuation.yield(event)
    }

    /// Waits for an event after those already waited for; the test's time limit is the limit.
    func wait(for event: String) async {
        for await next in stream where next == event { return }
    }
}

/// A device under the test's control.
private final class FakeDevice: SupervisedDevice {
    struct Failure: Error {}

    let name: String
    let story: Story
    let isQuietNow: Bool
    let fails: Bool
    let hand: UserOverrides
    private let frames = Atomic<Int>(0)

    init(
        _ name: String, _ story: Story, isQuiet: Bool = true, fails: Bool = false,
        hand: UserOverrides = UserOverrides()
    ) {
        self.name = name
        self.story = story
        isQuietNow = isQuiet
        self.fails = fails
        self.hand = hand
    }

    func start() async throws {
        story.add("start \(name)")
        if fails { throw Failure() }
    }
    func stop() async { story.add("stop \(name)") }
    func isQuiet() async -> Bool {
        story.add("asked \(name)")
        return isQuietNow
    }
    func apply(_ settings: Settings) async { story.add("apply \(name)") }
    func handSettings() async -> UserOverrides { hand }
    func pulse() async -> DevicePulse? {
        let frames = frames.add(1, ordering: .relaxed).newValue
        return DevicePulse(
            captureFrames: frames, captureOpenings: 1, hasMicrophone: true, status: name)
    }
}

private struct FakeNotifier: LifeNotifier {
    let story: Story
    var watchdogInterval: Duration? { .milliseconds(30) }
    func ready() { story.add("ready") }
    func reloading() { story.add("reloading") }
    func stopping() { story.add("stopping") }
    func watchdog() { story.add("beat") }
    func status(_ text: String) { story.add("status \(text)") }
}

/// A supervisor over fake devices, one after another, and settings that differ at each reading.
private enum Rig {
    static func supervisor(
        _ story: Story, hands: Shelf<[UserOverrides]>, _ devices: [FakeDevice],
        log: Log = Log(level: .error, isJournal: true)
    ) -> Supervisor {
        let count = Shelf(0)
        let next = Shelf(devices)
        return Supervisor(
            log: log,
            ports: Supervisor.Ports(
                read: {
                    let number = count.change { count in
                        count += 1
                        return count
                    }
                    var settings = Settings()
                    settings[Keys.live.model] = "model-\(number)"
                    var reading = SettingsReading(least: Settings())
                    reading.asked = LifePlan(
                        .asked, settings, texts: [SettingsText(name: "f", text: "\(number)")])
                    return reading
                }, keep: { _ in },
                make: { _, hand in
                    hands.change { $0.append(hand) }
                    return next.change { $0.removeFirst() }
                }, notifier: FakeNotifier(story: story)))
    }
}

/// A value that several threads change.
private final class Shelf<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var now: Value { value.withLock { $0 } }

    @discardableResult
    func change<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        value.withLock { body(&$0) }
    }
}

@Suite("The supervisor", .timeLimit(.minutes(5))) struct SupervisorTests {
    @Test("a start that throws stops what it had begun, before anything else is started")
    func failingStart() async {
        let story = Story()
        let supervisor = Rig.supervisor(
            story, hands: Shelf([]),
            [
                FakeDevice("one", story, fails: true), FakeDevice("two", story, fails: true),
                FakeDevice("three", story),
            ])
        async let life: Void = supervisor.run()
        await story.wait(for: "ready")
        supervisor.take(.terminate)
        await life
        let device = story.all.filter { $0.hasPrefix("start") || $0.hasPrefix("stop ") }
        #expect(
            device == [
                "start one", "stop one", "start two", "stop two", "start three", "stop three",
            ])
        #expect(story.all.filter { $0 == "stopping" }.count == 1)
    }

    @Test("SIGTERM while a turn is waited for ends it at once")
    func terminatedWhileWaiting() async {
        let story = Story()
        let supervisor = Rig.supervisor(
            story, hands: Shelf([]), [FakeDevice("one", story, isQuiet: false)])
        async let life: Void = supervisor.run()
        await story.wait(for: "ready")
        supervisor.take(.hangUp)
        await story.wait(for: "reloading")
        await story.wait(for: "asked one")
        await story.wait(for: "asked one")
        supervisor.take(.terminate)
        await life
        #expect(story.all.filter { $0.hasPrefix("start") } == ["start one"])
        #expect(story.all.last == "stop one")
    }

    @Test("manual settings are handed to the next device, and ready follows a reload")
    func reload() async {
        let story = Story()
        var hand = UserOverrides()
        hand.mute = .byHand
        hand.volumePercent = 35
        let hands = Shelf<[UserOverrides]>([])
        let supervisor = Rig.supervisor(
            story, hands: hands,
            [FakeDevice("one", story, hand: hand), FakeDevice("two", story, hand: hand)])
        async let life: Void = supervisor.run()
        await story.wait(for: "ready")
        supervisor.take(.hangUp)
        await story.wait(for: "reloading")
        await story.wait(for: "ready")
        supervisor.take(.interrupt)
        await life
        #expect(hands.now == [UserOverrides(), hand])
        let device = story.all.filter { $0.hasPrefix("start") || $0.hasPrefix("stop ") }
        #expect(device == ["start one", "stop one", "start two", "stop two"])
    }

    @Test("a stalled microphone is no sign of life; a closed, lost or new one is not stalled")
    func vitality() {
        for seed in 0..<500 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var vitality = Vitality()
            var (frames, openings, isOpen, isStuck) = (0, 1, true, false)
            for _ in 0..<100 {
                let before = (frames: frames, openings: openings, isOpen: isOpen)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: isOpen = false
                case 1 where !isOpen: (isOpen, openings, isStuck) = (true, openings + 1, false)
                case 2: isStuck.toggle()
                default: if isOpen, !isStuck { frames += Int.random(in: 1...999, using: &random) }
                }
                let lives = vitality.lives(
                    DevicePulse(
                        captureFrames: frames, captureOpenings: openings, hasMicrophone: isOpen))
                let standsStill =
                    before.isOpen && isOpen && before.openings == openings
                    && before.frames == frames
                // Nothing is known before the second query.
                if lives { #expect(!standsStill || before.frames == 0, "seed \(seed)") }
                if !lives { #expect(standsStill, "seed \(seed)") }
            }
        }
    }

    @Test("systemd gets regular keep-alives, and the device's state")
    func watchdog() async {
        let story = Story()
        let supervisor = Rig.supervisor(story, hands: Shelf([]), [FakeDevice("one", story)])
        async let life: Void = supervisor.run()
        for _ in 0..<5 { await story.wait(for: "beat") }
        supervisor.take(.terminate)
        await life
        #expect(story.all.filter { $0 == "status one" }.count == 1)
    }

    @Test("a secret that a service repeats in its error is not passed to systemd")
    func secretStatus() async {
        let story = Story()
        let log = Log(level: .error, isJournal: true)
        log.secrets.add(Secret("c4n4ry-token"))
        let device = FakeDevice("offline: no user c4n4ry-token\u{1B}[2J", story)
        let supervisor = Rig.supervisor(story, hands: Shelf([]), [device], log: log)
        async let life: Void = supervisor.run()
        for _ in 0..<3 { await story.wait(for: "beat") }
        supervisor.take(.terminate)
        await life
        let told = story.all.filter { $0.hasPrefix("status ") }
        #expect(told.count == 1 && told[0].hasPrefix("status offline: no user "), "\(told)")
        #expect(!told.contains { $0.contains("c4n4ry") || $0.contains("\u{1B}") }, "\(told)")
    }
}
