import Testing
import VoiceSession

@testable import Live

@Suite("Pace: how often connections are opened, and how long they are kept")
struct PaceTests {
    /// How a connection reacts to an announcement right after its setup.
    private func bornDying(_ goAway: String) -> SessionWorld {
        let world = SessionWorld()
        world.connect()
        for _ in 0..<400 where world.now < 120_000 {
            switch world.machine.state {
            case .connecting:
                world.accept()
                world.giveHandle("h\(world.openings.count)")
                world.receive(goAway)
            case .closing: world.lose(1000)
            case .waiting, .ready: world.wait(until: world.deadline ?? world.now)
            case .idle, .asleep, .settingUp, .failed: return world
            }
        }
        return world
    }

    @Test(
        "a service that closes every connection is not stormed",
        arguments: [
            #"{"goAway": {"timeLeft": "0s"}}"#, #"{"goAway": {"timeLeft": "0.5s"}}"#,
            #"{"goAway": {"timeLeft": "1s"}}"#, #"{"goAway": {}}"#,
            #"{"goAway": {"timeLeft": "10s"}}"#, #"{"goAway": {"timeLeft": "50s"}}"#,
        ])
    func aServiceThatSendsEvery(goAway: String) {
        let world = bornDying(goAway)
        #expect(world.now >= 100_000)
        #expect(world.mostInAMinute <= ConnectionPace.attemptsPerMinute)
        // Far fewer, since each counts as one that ended soon.
        #expect(world.openings.count <= 16, "\(world.openings)")
        #expect(world.openings.count > 1)
    }

    @Test(
        "a connection that announces its end at once is kept until shortly before it",
        arguments: [10, 20, 50])
    func aConnectionThatAnnouncesIts(left: Int) {
        let world = SessionWorld()
        world.connect()
        world.accept()
        world.goAway(seconds: left)
        let end = Int64(left) * 1_000
        world.wait(until: end - 7_000)
        #expect(world.closed == 0)
        // A turn takes place on it.
        world.converse("h")
        #expect(world.turnsCompleted == 1)
        world.wait(until: end - 1_000)
        #expect(world.closed == 1)
    }

    @Test("a goAway before the setup is complete is followed like any other")
    func anEarlyGoAway() {
        let world = SessionWorld()
        world.connect()
        world.open()
        world.goAway(seconds: 15)
        world.receive(#"{"setupComplete": {}}"#)
        world.wait(until: 8_000)
        #expect(world.closed == 0)
        world.wait(until: 14_000)
        #expect(world.closed == 1)
    }

    @Test("a goAway with an unreadable time lets the turn come to its end")
    func aGoawayWhoseTimeCannot() {
        for text in [
            #"{"goAway": {}}"#, #"{"goAway": {"timeLeft": null}}"#,
            #"{"goAway": {"timeLeft": 10}}"#,
            #"{"goAway": {"timeLeft": "1m"}}"#, #"{"goAway": {"timeLeft": "-5s"}}"#,
            #"{"goAway": {"timeLeft": "nans"}}"#, #"{"goAway": {"timeLeft": {"seconds": "10"}}}"#,
        ] {
            let world = SessionWorld.ready()
            world.converse("h")
            world.talk()
            world.speak()
            world.receive(text)
            world.wait(8_000)
            world.speak()
            #expect(world.closed == 0, "\(text)")
            world.turnComplete()
            world.giveHandle("i")
            #expect(world.closed == 1, "\(text)")
            world.lose(1000)
            #expect(world.opened == 1)
        }
    }

    @Test("a goAway that is null or far away cuts no answer")
    func aGoawayThatIsNull() {
        for text in [
            #"{"goAway": null}"#, #"{"goAway": {"timeLeft": "100000s"}}"#,
            #"{"goAway": {"timeLeft": "1e300s"}}"#, #"{"goAway": {"timeLeft": "3600s"}}"#,
        ] {
            let world = SessionWorld.ready()
            world.talk()
            for _ in 0..<100 {
                world.speak(milliseconds: 500)
                world.receive(text)
                world.wait(500)
            }
            #expect(world.closed == 0, "\(text)")
            #expect(world.soundsHeard == 100)
        }
    }

    @Test("a connection that does not open in time is given up with a message")
    func aConnectionThatIsNot() {
        let world = SessionWorld { $0.connectTimeout = 23_000_000_000 }
        world.connect()
        world.wait(until: 23_900)
        #expect(world.aborted == 0)
        world.wait(until: 24_100)
        #expect(world.aborted == 1)
        let texts = world.events.compactMap {
            if case .offline(let reason, _) = $0 { "\(reason)" } else { nil }
        }
        #expect(texts.first?.contains("did not answer within 23000 ms") == true)
    }

    @Test("a spent quota is waited out though the user presses")
    func aSpentQuotaIsWaited() {
        let world = SessionWorld.ready()
        world.lose(1011, "Quota exceeded for aiplatform.googleapis.com/bidi_gen_concurrent_reqs")
        for _ in 0..<7 {
            world.wait(5_000)
            world.say(.activityStart, SessionWorld.sound(1), .activityEnd)
            world.connect()
        }
        #expect(world.opened == 0)
        world.wait(60_000)
        #expect(world.opened == 1)
    }

    /// A service with random behaviour, and an impatient user, for ten minutes.
    private func misbehave(_ seed: Int) -> SessionWorld {
        var dice = SeededDice(seed)
        let world = SessionWorld(manual: dice.isLucky(50)) {
            $0.connectTimeout = 10_000_000_000
            $0.idleTimeout = dice.isLucky(50) ? 5_000_000_000 : nil
        }
        world.connect()
        while world.now < 600_000 {
            if dice.isLucky(30) { world.connect() }
            if dice.isLucky(5) { world.disconnect() }
            if dice.isLucky(20) { world.say(.text("hello")) }
            switch world.machine.state {
            case .connecting:
                switch dice.number(0...4) {
                case 0: world.fail()
                case 1: world.refuse(dice.pick([200, 401, 404, 429, 500, 503]))
                case 2: world.open()
                default: world.accept()
                }
            case .settingUp:
                switch dice.number(0...3) {
                case 0: world.lose(dice.pick([1006, 1007, 1008, 1011, 1013]), "x")
                case 1: world.receive(#"{"error": {"code": 503}}"#)
                default: world.receive(#"{"setupComplete": {}}"#)
                }
            case .ready:
                switch dice.number(0...7) {
                case 0: world.lose(dice.pick([1000, 1006, 1007, 1008, 1011]), "")
                case 1: world.goAway(seconds: dice.pick([0, 1, 10, 50]))
                case 2: world.receive(#"{"goAway": {}}"#)
                case 3: world.giveHandle("h\(world.now)")
                case 4: world.turnComplete()
                case 5: world.receive(#"{"serverContent": {"interrupted": true}}"#)
                case 6: world.say(.contextUpdate(instruction: "x", tools: nil))
                default: world.speak()
                }
            case .closing: if dice.isLucky(80) { world.lose(1000) }
            case .idle, .asleep, .waiting, .failed: break
            }
            world.wait(Int64(dice.pick([0, 1, 50, 400, 3_000])))
        }
        return world
    }

    @Test(
        "twelve connections a minute is the most, whatever ends or requests them",
        arguments: 0..<40)
    func whateverEndsConnectionsAndWhoever(seed: Int) {
        let world = misbehave(seed)
        #expect(world.openings.count > 10)
        #expect(world.mostInAMinute <= ConnectionPace.attemptsPerMinute)
    }

    @Test("every wait has an end, and none is longer than an hour", arguments: 0..<40)
    func everyWaitHasAnEnd(seed: Int) {
        let world = misbehave(seed)
        // The service falls silent for ever, and so does the user.
        let end = world.now + 4 * 3_600_000
        while world.now < end {
            switch world.machine.state {
            case .idle, .asleep, .failed: return
            case .connecting, .settingUp, .ready, .closing, .waiting: break
            }
            guard let deadline = world.deadline else {
                Issue.record("nothing ends \(world.machine.state)")
                return
            }
            #expect(deadline <= world.now + 3_600_000)
            world.wait(until: max(deadline, world.now + 1))
        }
        // No service was there, so it does not wait for an answer any more.
        #expect(!world.isReplyDue)
    }
}
