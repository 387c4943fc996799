import TestHTTP
import TestHome
import Testing
import Tools
import WireCodec

@testable import HomeAssistant

/// Homes that refuse, hang, change and disappear.
@Suite(.timeLimit(.minutes(5)))
struct HomeTroubleTests {
    private static let tableOn: JSONObject = ["device": "table lamp", "action": "on"]

    @Test("a refused token is logged once, and not sent again")
    func badToken() async throws {
        let rig = try await HomeRig(token: "wr0ng-token")
        for _ in 0..<4 {
            let error = await rig.error("list_devices")
            #expect(error.contains("does not accept the token (Invalid access token"))
            #expect(!error.contains("wr0ng"))
        }
        #expect(rig.fake.shownTokens == ["wr0ng-token"])
        #expect(rig.notes.count == 1)
        #expect(rig.notes.first?.contains("wr0ng") == false)
        await rig.end()
    }

    @Test("Home Assistant's words on a failed service reach the model")
    func serviceErrors() async throws {
        let rig = try await HomeRig()
        rig.fake.change {
            $0.reactions["light.turn_on"] = .fail(
                code: "home_assistant_error", message: "the bridge is off")
        }
        #expect(
            await rig.error("control", Self.tableOn)
                == "Home Assistant refused it: the bridge is off")
        rig.fake.change {
            $0.reactions = [:]
            $0.services.remove("light.turn_on")
        }
        #expect(
            await rig.error("control", Self.tableOn)
                == "Home Assistant refused it: Service light.turn_on not found.")
        // The next call works.
        #expect(
            await rig.call("control", ["device": "table lamp", "action": "off"])["error"] == nil)
        await rig.end()
    }

    @Test("an unanswered service call costs the deadline; the next call works")
    func hangs() async throws {
        let rig = try await HomeRig(deadline: .milliseconds(700))
        _ = await rig.call("list_devices")
        rig.fake.change { $0.reactions["light.turn_on"] = .hang }
        #expect(
            await rig.error("control", Self.tableOn)
                == "it took longer than 0.7 seconds and was stopped")
        // As soon as the handler has noticed; that takes no defined time.
        #expect(
            await rig.eventually {
                await rig.call("control", ["device": "table lamp", "action": "off"])["error"] == nil
            })
        await rig.end()
    }

    @Test("answers that arrive late and out of order find their calls")
    func late() async throws {
        let rig = try await HomeRig()
        _ = await rig.call("list_devices")
        rig.fake.change { $0.reactions["light.turn_on"] = .late }
        async let slow = rig.call("control", Self.tableOn)
        // The fake answers the first together with the second.
        #expect(await rig.eventually { rig.fake.calls.count == 1 })
        let quick = await rig.call("control", ["device": "floor lamp", "action": "off"])
        #expect(quick["output"]?["called"] == "light.turn_off")
        #expect(await slow["output"]?["called"] == "light.turn_on")
        await rig.end()
    }

    @Test("a connection lost in a call leaves the result unknown, and is made again")
    func hangUp() async throws {
        let rig = try await HomeRig()
        _ = await rig.call("list_devices")
        rig.fake.change { $0.reactions["light.turn_on"] = .hangUp }
        let error = await rig.error("control", Self.tableOn)
        #expect(error.hasPrefix("whether it was done is not known"))
        #expect(rig.fake.calls.count == 1)
        rig.fake.change { $0.reactions = [:] }
        #expect(await rig.call("control", Self.tableOn)["error"] == nil)
        // In either case it was done once more and not twice.
        #expect(rig.fake.calls.count == 2)
        #expect(await rig.eventually { rig.fake.shownTokens.count == 2 })
        await rig.end()
    }

    @Test("while there is no WebSocket, known entities are read and switched by REST")
    func withoutWebSocket() async throws {
        let rig = try await HomeRig()
        _ = await rig.call("list_devices")
        rig.fake.change { $0.refusesWebSocket = true }
        rig.fake.hangUp()
        #expect(
            await rig.eventually {
                _ = await rig.call("control", Self.tableOn)
                return rig.fake.calls.last?.isByWebSocket == false
            })
        #expect(
            await rig.call("get_state", ["device": "table lamp"])["output"]?["state"] == "on")
        rig.fake.change {
            $0.reactions["light.turn_off"] = .fail(code: "x", message: "unseen")
            $0.services.remove("light.toggle")
        }
        #expect(
            await rig.error("control", ["device": "table lamp", "action": "off"])
                == "Home Assistant failed with status 500")
        #expect(
            await rig.error("control", ["device": "table lamp", "action": "toggle"])
                == "Home Assistant refused it: the service does not take this")
        await rig.end()
    }

    @Test("an entity that is renamed at run time is found by its new name")
    func renamed() async throws {
        let rig = try await HomeRig()
        #expect(await rig.call("get_state", ["device": "floor lamp"])["error"] == nil)
        rig.fake.change { $0.rename("light.floor", to: "Reading corner") }
        rig.fake.fire("entity_registry_updated")
        #expect(
            await rig.eventually {
                await rig.call("get_state", ["device": "reading corner"])["output"]?["id"]
                    == "light.floor"
            })
        #expect(await rig.error("get_state", ["device": "floor lamp"]).contains("there is no"))
        await rig.end()
    }

    @Test("an older release without labels, and a user who may not see a list, cost only those")
    func oldRelease() async throws {
        var model = HomeModel.usual
        model.unknownCommands = [
            "config/label_registry/list", "config/entity_registry/get_entries", "subscribe_events",
        ]
        let rig = try await HomeRig(model)
        #expect(await rig.call("get_state", ["device": "ceiling"])["output"]?["state"] == "on")
        await rig.end()
    }

    @Test("a refused connection is reported with the reason, at once and not after the deadline")
    func away() async throws {
        let rig = try await HomeRig(url: "http://127.0.0.1:1")
        let error = await rig.error("list_devices")
        #expect(error.hasPrefix("Home Assistant is away: cannot reach 127.0.0.1:1"))
        #expect(await rig.error("control", Self.tableOn).hasPrefix("Home Assistant is away"))
        #expect(rig.notes.count == 1)
        await rig.end()
    }

    @Test("a server other than Home Assistant is reported as such")
    func nonsense() async throws {
        for text in ["SSH-2.0", String(repeating: "[", count: 1000), "{\"type\": 7}"] {
            var model = HomeModel.usual
            model.nonsense = text
            let rig = try await HomeRig(model, deadline: .seconds(1))
            let error = await rig.error("list_devices")
            #expect(error.contains("it did not send JSON") || error.contains("does not answer"))
            await rig.end()
        }
    }

    @Test("a completed action is reported as done even when no new state arrives")
    func silentAfterwards() async throws {
        let rig = try await HomeRig()
        _ = await rig.call("list_devices")
        let gate = try Gate()
        rig.fake.change { $0.stateGate = gate }
        let answer = await rig.call("control", Self.tableOn)
        #expect(answer["output"]?["devices"] == [["name": "Table lamp"]])
        gate.open()
        await rig.end()
    }

    @Test("a lock gets its code, and nothing else gets it")
    func code() async throws {
        let rig = try await HomeRig(code: "4711")
        _ = await rig.call("list_devices")
        let unlock: JSONObject = ["device": "front door", "action": "unlock"]
        let answer = await rig.call("control", unlock)
        #expect(rig.fake.calls.last?.data == ["code": "4711"])
        #expect(!answer.serialized.contains("4711"))
        rig.fake.change {
            $0.reactions["lock.unlock"] = .fail(code: "x", message: "Code 4711 is wrong")
        }
        #expect(
            await rig.error("control", unlock)
                == "Home Assistant refused it: Code (hidden) is wrong")
        _ = await rig.call("control", Self.tableOn)
        #expect(rig.fake.calls.last?.data.isEmpty == true)
        await rig.end()
    }

    @Test("a server that accepts and stays silent is reported so, within the deadline")
    func mute() async throws {
        var model = HomeModel.usual
        model.isMute = true
        let rig = try await HomeRig(model, deadline: .seconds(1))
        #expect(await rig.error("list_devices").contains("does not answer"))
        await rig.end()
    }

    @Test("a url with the path of a page is reported with the right url of Home Assistant")
    func aUrlWithThePath()
        async throws
    {
        let fake = try await FakeHome(.usual)
        for path in ["/lovelace/0", "/api/", "/dashboard"] {
            let rig = try await HomeRig(url: fake.url + path)
            let error = await rig.error("list_devices")
            #expect(error.contains("address alone"), "\(path): \(error)")
            await rig.end()
        }
    }
}
