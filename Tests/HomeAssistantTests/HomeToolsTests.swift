import TestHome
import Testing
import WireCodec

@testable import HomeAssistant

/// The three functions on a well-behaved home.
@Suite(.timeLimit(.minutes(5)))
struct HomeToolsTests {
    private func names(_ answer: JSONValue) -> [String] {
        (answer["output"]?["devices"]?.array ?? []).compactMap { $0["name"]?.string }
    }

    @Test("exposed entities are listed with their states, and no others")
    func list() async throws {
        let rig = try await HomeRig()
        let all = await rig.call("list_devices")
        #expect(
            Set(names(all)) == [
                "Ceiling", "Table lamp", "Floor lamp", "Front door", "Garage",
                "Kitchen temperature", "Open the gate",
            ])
        let kitchen = await rig.call("list_devices", ["area": "kitchen"])
        #expect(
            kitchen["output"]?["devices"] == [
                ["name": "Ceiling", "kind": "light", "area": "Kitchen", "state": "on"],
                [
                    "name": "Kitchen temperature", "kind": "sensor", "area": "Kitchen",
                    "state": "21.5 °C",
                ],
            ])
        #expect(
            names(await rig.call("list_devices", ["area": "living room", "kind": "light"]))
                == ["Floor lamp", "Table lamp"])
        #expect(
            await rig.error("list_devices", ["area": "cellar"])
                == "there is no area \"cellar\"; there are: Kitchen, Living Room")
        await rig.end()
    }

    @Test("the state of one device is reported in words for the model")
    func state() async throws {
        let rig = try await HomeRig()
        let light = await rig.call("get_state", ["device": "big light"])["output"]
        #expect(light?["name"] == "Ceiling")
        #expect(light?["percent"] == 50)
        #expect(light?["id"] == "light.ceiling")
        // An entity that is not exposed cannot be found, not even by its id.
        for hidden in ["light.cellar", "light.counter", "sensor.signal"] {
            #expect(
                await rig.error("get_state", ["device": .string(hidden)]).contains("there is no"))
        }
        await rig.end()
    }

    @Test("a device is controlled by its name, and its new state is reported")
    func control() async throws {
        let rig = try await HomeRig()
        let answer = await rig.call(
            "control", ["device": "table lamp", "action": "on", "percent": 30])
        #expect(answer["output"]?["called"] == "light.turn_on")
        #expect(answer["output"]?["devices"]?.array?.first?["state"] == "on")
        #expect(
            rig.fake.calls == [
                HomeCall(
                    service: "light.turn_on", entities: ["light.table"],
                    data: ["brightness_pct": 30], isByWebSocket: true)
            ])
        #expect(rig.user.asked.isEmpty)
        await rig.end()
    }

    @Test("all devices of a kind in an area are one call")
    func area() async throws {
        let rig = try await HomeRig()
        let answer = await rig.call(
            "control", ["kind": "light", "area": "Living Room", "action": "on"])
        #expect(rig.fake.calls.map(\.entities) == [["light.floor", "light.table"]])
        #expect(answer["output"]?["devices"]?.array?.count == 2)
        #expect(await rig.error("control", ["action": "off"]).contains("say which device"))
        await rig.end()
    }

    @Test("an ambiguous name is answered with its candidates, and nothing is done")
    func ambiguous() async throws {
        let rig = try await HomeRig()
        let error = await rig.error(
            "control", ["device": "living room lamp", "action": "on"])
        #expect(error.contains("may be several"))
        #expect(error.contains("light.floor") && error.contains("light.table"))
        #expect(rig.fake.calls.isEmpty)
        await rig.end()
    }

    @Test("an action that lets someone in needs a confirmation")
    func unlocking() async throws {
        let rig = try await HomeRig(guarded: ["script.*"])
        // The first call finds the home; without it the lock would not be recognized as one.
        _ = await rig.call("list_devices")
        for (device, action) in [
            ("front door", "unlock"), ("garage", "open"), ("open the gate", "press"),
        ] {
            let answer = await rig.call(
                "control", ["device": .string(device), "action": .string(action)])
            #expect(answer["error"] == nil, "\(answer)")
        }
        #expect(rig.user.asked == ["Front door", "Garage", "Open the gate"])
        #expect(rig.fake.calls.count == 3)
        rig.user.refuseFromNowOn()
        #expect(
            await rig.error("control", ["device": "front door", "action": "unlock"])
                == "nothing was done: nobody confirmed")
        // Closing needs no confirmation.
        #expect(
            await rig.call("control", ["device": "garage", "action": "close"])["error"] == nil)
        #expect(rig.fake.calls.map(\.service).last == "cover.close_cover")
        #expect(rig.fake.calls.count == 4)
        await rig.end()
    }

    @Test("an entity that was unknown when the risk was judged is not opened, even if confirmed")
    func judgedBlindly() async throws {
        for (device, action, asked) in [
            ("garage", "open", [String]()), ("front door", "unlock", ["front door"]),
        ] {
            let rig = try await HomeRig()
            let arguments: JSONObject = ["device": .string(device), "action": .string(action)]
            let error = await rig.error("control", arguments)
            #expect(error.contains("call again, so that it can be confirmed"))
            #expect(rig.fake.calls.isEmpty)
            #expect(rig.user.asked == asked)
            #expect(await rig.call("control", arguments)["error"] == nil)
            #expect(rig.user.asked.count == asked.count + 1)
            await rig.end()
        }
    }

    @Test("an unreachable device is reported, as Home Assistant itself does not report it")
    func unavailable() async throws {
        let rig = try await HomeRig()
        rig.fake.change { $0.set("light.table", to: "unavailable") }
        let answer = await rig.call("control", ["device": "table lamp", "action": "on"])
        #expect(answer["output"]?["warning"]?.string?.contains("Table lamp") == true)
        await rig.end()
    }

    @Test("without settings nothing is exposed, and no request is sent")
    func nothingExposed() async throws {
        let rig = try await HomeRig(
            exposure: HomeExposure(
                domains: [], areas: [], labels: [], entities: [], exceptions: []))
        #expect(await rig.error("list_devices").hasPrefix("nothing of the home is exposed"))
        #expect(rig.fake.shownTokens.isEmpty)
        await rig.end()
    }
}
