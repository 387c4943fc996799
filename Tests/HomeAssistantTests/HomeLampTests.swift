import TestHome
import Testing
import WireCodec

@testable import HomeAssistant

/// Features that a lamp lacks, which Home Assistant ignores and reports as done.
@Suite(.timeLimit(.minutes(5)))
struct HomeLampTests {
    private static let house: HomeModel = {
        var model = HomeModel()
        model.areas = [["area_id": "hall", "name": "Hall", "aliases": []]]
        for (name, modes) in [
            ("plug", ["onoff"]), ("dimmer", ["brightness"]), ("white", ["color_temp"]),
            ("colour", ["hs", "color_temp"]), ("strip", ["rgbww"]), ("old", []),
        ] {
            var attributes: JSONObject = [
                "supported_color_modes": .array(modes.map { .string($0) })
            ]
            if name == "strip" { attributes["effect_list"] = ["Rainbow", "Candle"] }
            if name == "old" { attributes = [:] }
            model.add("light.\(name)", name, area: "hall", attributes: attributes)
        }
        return model
    }()

    private func rig() async throws -> HomeRig {
        try await HomeRig(
            Self.house,
            exposure: HomeExposure(
                domains: ["light"], areas: [], labels: [], entities: [], exceptions: []))
    }

    @Test("a lamp does not accept what it cannot do")
    func aLampIsNotSaid() async throws {
        let rig = try await rig()
        // Home Assistant filters its input by the modes of a lamp.
        let able: [String: Set<String>] = [
            "plug": [], "dimmer": ["percent"], "white": ["percent", "kelvin"],
            "colour": ["percent", "kelvin", "color"],
            "old": ["percent", "kelvin", "color", "option"],
            "strip": ["percent", "kelvin", "color", "option"],
        ]
        let values: JSONObject = [
            "percent": 40, "kelvin": 3000, "color": "red", "option": "Rainbow",
        ]
        for (lamp, abilities) in able {
            for (name, value) in values {
                for action in ["on", "set"] {
                    let before = rig.fake.calls.count
                    var arguments: JSONObject = [
                        "device": .string(lamp), "action": .string(action),
                    ]
                    arguments[name] = value
                    let error = await rig.error("control", arguments)
                    #expect((error == "") == abilities.contains(name), "\(lamp) \(name): \(error)")
                    #expect(rig.fake.calls.count == before + (error == "" ? 1 : 0))
                    if error != "" { #expect(error.hasPrefix("nothing was done: \(lamp) ")) }
                }
            }
            #expect(await rig.error("control", ["device": .string(lamp), "action": "on"]) == "")
        }
        #expect(
            await rig.error("control", ["device": "strip", "action": "on", "option": "Disco"])
                .contains("it has Rainbow, Candle"))
        await rig.end()
    }

    @Test("among several lamps those that can obey do, and the others are named")
    func ofSeveralLampsThoseThat() async throws {
        let rig = try await rig()
        let answer = await rig.call(
            "control", ["kind": "light", "area": "hall", "action": "on", "color": "blue"])
        let warning = answer["output"]?["warning"]?.string ?? ""
        for lamp in ["plug", "dimmer", "white"] {
            #expect(warning.contains("\(lamp) has no colours"))
        }
        for lamp in ["colour", "strip", "old"] { #expect(!warning.contains("\(lamp) has")) }
        #expect(rig.fake.calls.count == 1)
        await rig.end()
    }

    @Test("the colour of a lamp is reported")
    func theColourOfALamp() {
        let entity = HomeEntity(id: "light.a", name: "a")
        let report = HomeReport.whole(
            entity, ["state": "on", "attributes": ["rgb_color": [255, 10, 0]]])
        #expect(report["color"] == "#ff0a00")
        for odd: JSONValue in [
            [], [1, 2], [1, 2, 256], [-1, 0, 0], [1, 2, 3, 4], "red", nil, [1, 2, "3"],
        ] {
            #expect(
                HomeReport.whole(entity, ["state": "on", "attributes": ["rgb_color": odd]])["color"]
                    == nil)
        }
    }
}
