import ModelTypes
import Testing
import VoiceSession

@testable import Live

@Suite("Connections: how they begin, end and resume")
struct ConnectionTests {
    @Test("a lost connection is resumed at once, with the newest handle")
    func resumesAtOnce() {
        let world = SessionWorld.ready()
        world.converse("first")
        world.converse("second")
        world.forget()
        world.lose()
        world.wait(0)
        #expect(world.opened == 1)
        world.accept()
        #expect(world.setups.map(\.handle) == ["second"])
        #expect(world.readies == [true])
    }

    @Test("a handle that is not resumable does not replace the one before")
    func notResumable() {
        let world = SessionWorld.ready()
        world.converse("good")
        world.receive(#"{"sessionResumptionUpdate": {"resumable": false}}"#)
        world.receive(#"{"sessionResumptionUpdate": {"newHandle": "bad"}}"#)
        world.receive(#"{"sessionResumptionUpdate": {"newHandle": "", "resumable": true}}"#)
        world.lose()
        world.wait(0)
        world.open()
        #expect(world.setups.last?.handle == "good")
    }

    @Test("a handle is tried twice, then a fresh session begins and gets the history")
    func twoTriesPerHandle() {
        let world = SessionWorld.ready()
        world.say(.activityStart, SessionWorld.sound(1), .activityEnd)
        world.receive(#"{"serverContent": {"inputTranscription": {"text": "I am Ada."}}}"#)
        world.receive(#"{"serverContent": {"outputTranscription": {"text": "Hello Ada."}}}"#)
        world.turnComplete()
        world.giveHandle("h")
        world.forget()
        world.lose()
        var handles: [String?] = []
        for _ in 0..<3 {
            world.wait(60_000)
            world.open()
            handles.append(world.setups.last?.handle)
            if handles.count < 3 { world.lose(1011, "Internal error encountered.") }
        }
        #expect(handles == ["h", "h", nil])
        let history = world.setups.last?.history
        #expect(history?.map(\.role) == [.user, .model])
        world.receive(#"{"setupComplete": {}}"#)
        guard case .content(let turns, isComplete: true)? = world.sent.first else {
            Issue.record("the history was not sent: \(world.sent)")
            return
        }
        #expect(turns == history)
        // It is sent as history: no answer is due for it.
        #expect(!world.isReplyDue)
    }

    @Test(
        "a handle that the service does not know is never tried again",
        arguments: [
            (UInt16(1008), "BidiGenerateContent session not found"),
            (1008, "BidiGenerateContent session expired"), (1007, "Invalid session handle"),
            (1008, "Operation is not implemented, or supported, or enabled."),
            (1008, "Requested entity was not found."),
        ])
    func refusedHandle(code: UInt16, reason: String) {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose()
        world.wait(0)
        world.open()
        #expect(world.setups.last?.handle == "h")
        world.lose(code, reason)
        world.wait(60_000)
        world.open()
        #expect(world.setups.last?.handle == Optional<String>.none)
        #expect(world.kept.last == .some(nil))
    }

    @Test("a handle older than the service keeps is not tried")
    func expiredHandle() {
        let hour: Int64 = 3_600_000
        let young = SessionWorld(handle: "kept", handleAge: hour)
        young.connect()
        young.open()
        #expect(young.setups.last?.handle == "kept")
        let old = SessionWorld(handle: "kept", handleAge: 2 * hour)
        old.connect()
        old.open()
        #expect(old.setups.last?.handle == Optional<String>.none)
    }

    @Test(
        "a failure that no retry can fix is reported once and not retried",
        arguments: [
            (
                UInt16(1007), "API key not valid. Please pass a valid API key.",
                CloseReason.credential
            ),
            (1007, "API key expired. Please renew the API key.", .credential),
            (1008, "Method doesn't allow unregistered callers (callers without", .credential),
            (1008, "models/x is not found for API version v1beta, or is", .model),
            (1011, "Your project has exceeded its monthly spending cap. Please", .billing),
        ])
    func refusals(code: UInt16, reason: String, kind: CloseReason) {
        let world = SessionWorld()
        world.connect()
        world.open()
        world.lose(code, reason)
        #expect(world.failure?.reason == kind.failure)
        #expect(world.failure?.text == reason)
        #expect(world.failure?.advice.isEmpty == false)
        #expect(world.deadline == nil)
        world.connect()
        #expect(world.opened == 2)
    }

    @Test(
        "a temporary failure is retried with the handle",
        arguments: [
            (UInt16(1000), ""), (1000, "The operation was cancelled."), (1001, ""), (1006, ""),
            (1011, "Internal error encountered."),
            (1011, "Deadline expired before operation could"),
            (1011, "The service is currently unavailable."), (1008, "The operation was aborted."),
            (1008, "Connection aborted because the client failed to close the connection after"),
            (1007, "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model"),
            (1011, "keepalive ping timeout"),
        ])
    func transient(code: UInt16, reason: String) {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose(code, reason)
        #expect(world.isOffline)
        world.wait(60_000)
        world.open()
        #expect(world.setups.last?.handle == "h")
    }

    @Test("a refused payload is never sent again, and the session behind it is dropped once")
    func payload() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.say(.activityStart, SessionWorld.sound(5))
        world.forget()
        world.lose(1007, "Request contains an invalid argument.")
        world.wait(60_000)
        world.accept()
        #expect(world.setups.last?.handle == Optional<String>.none)
        #expect(!world.sent.contains(SessionWorld.sound(5)))
        world.lose(1007, "Request contains an invalid argument.")
        #expect(world.failure?.reason == .payload)
    }

    @Test("an expired handle loses no word, even if words end without a session")
    func expiredInWords() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.say(.activityStart, SessionWorld.sound(5))
        world.forget()
        world.lose()
        world.say(.activityEnd)
        world.wait(0)
        world.open()
        world.lose(1008, "BidiGenerateContent session expired")
        world.wait(60_000)
        world.accept()
        #expect(world.readies == [false])
        let words: [UplinkItem] = [.activityStart, SessionWorld.sound(5), .activityEnd]
        #expect(world.sent.suffix(3) == words[...])
    }

    @Test("a handle that is refused as a bad payload loses no word")
    func payloadOfHandle() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.say(.activityStart, SessionWorld.sound(5))
        world.forget()
        world.lose()
        world.wait(0)
        world.open()
        #expect(world.setups.last?.handle == "h")
        world.say(SessionWorld.sound(6))
        world.lose(1007, "Request contains an invalid argument.")
        world.wait(60_000)
        world.accept()
        #expect(world.setups.last?.handle == Optional<String>.none)
        #expect(world.sent == [.activityStart, SessionWorld.sound(5), SessionWorld.sound(6)])
    }

    @Test("a resumed session that refuses words is left for a fresh one, which gets them")
    func payloadAfterResume() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose()
        world.wait(0)
        world.accept()
        world.talk(5)
        world.forget()
        world.lose(1007, "Request contains an invalid argument.")
        world.wait(60_000)
        world.accept()
        #expect(world.setups.last?.handle == Optional<String>.none)
        let words: [UplinkItem] = [.activityStart, SessionWorld.sound(5), .activityEnd]
        #expect(world.sent == words)
        // Refused by a fresh session, they are not sent again.
        world.forget()
        world.lose(1007, "Request contains an invalid argument.")
        world.wait(60_000)
        world.accept()
        #expect(world.sent.isEmpty)
        #expect(world.failure == nil)
    }

    @Test("what follows refused words is dropped without a message for each piece")
    func restOfRefused() {
        let world = SessionWorld.ready()
        world.say(.activityStart, SessionWorld.sound(5))
        world.lose(1007, "Precondition check failed.")
        world.wait(60_000)
        world.accept()
        world.forget()
        world.say(SessionWorld.sound(6), SessionWorld.sound(7), .activityEnd)
        #expect(world.sent.isEmpty)
        #expect(world.notices.isEmpty)
        world.talk(8)
        #expect(world.sent == [.activityStart, SessionWorld.sound(8), .activityEnd])
    }

    @Test("a spent quota is waited out instead of made worse")
    func quota() {
        let world = SessionWorld.ready()
        world.lose(1011, "You exceeded your current quota, please check your plan and billing")
        #expect(world.deadline ?? 0 >= 40_000)
    }

    @Test("the first retry is immediate, then ever later, and never more than twelve a minute")
    func backoff() {
        let world = SessionWorld()
        world.connect()
        var times: [Int64] = []
        for _ in 0..<40 {
            times.append(world.now)
            world.fail()
            if let deadline = world.deadline { world.wait(until: deadline) }
        }
        #expect(times[1] == times[0])
        #expect(times[2] > times[1])
        for start in times.indices {
            let minute = times[start...].filter { $0 < times[start] + 60_000 }
            #expect(minute.count <= ConnectionPace.attemptsPerMinute)
        }
        #expect(times[39] - times[38] <= 45_000)
    }

    @Test("the old socket is closed before the next is opened")
    func closesBeforeItOpens() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.forget()
        world.goAway(seconds: 50)
        #expect(world.closed == 1)
        #expect(world.opened == 0)
        world.lose(1000)
        #expect(world.opened == 1)
    }

    @Test("a server that does not answer a close is dropped in time")
    func closeWithoutAnswer() {
        let world = SessionWorld.ready()
        world.disconnect()
        #expect(world.closed == 1)
        world.wait(SessionMachine.closeTimeout / 1_000_000)
        #expect(world.aborted == 1)
        #expect(world.isIdle)
    }

    @Test("a setup that is not answered is given up in time")
    func setupTimeout() {
        let world = SessionWorld()
        world.connect()
        world.open()
        world.wait(10_000)
        #expect(world.aborted == 1)
        #expect(world.isOffline)
    }

    @Test("an unreachable service does not count as a try of the handle")
    func unreachable() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose()
        for _ in 0..<5 {
            world.wait(60_000)
            world.fail()
        }
        world.wait(60_000)
        world.open()
        #expect(world.setups.last?.handle == "h")
    }

    @Test("a handle is kept for a restart of the program, and deleted when it is dead")
    func keeping() {
        let world = SessionWorld.ready()
        world.giveHandle("a")
        world.giveHandle("b")
        #expect(world.kept == ["a", "b"])
        world.lose(1008, "BidiGenerateContent session expired")
        #expect(world.kept == ["a", "b", nil])
    }
}
