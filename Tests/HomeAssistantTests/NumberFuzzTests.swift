import TestInputs
import Testing
import Tools
import WireCodec

@testable import HomeAssistant

/// Any number from Home Assistant or a model, in every place that reads one.
struct NumberFuzzTests {
    private static let values: [JSONValue] = OddNumbers.json.compactMap {
        try? JSONValue(parsing: $0)
    }
    private static let attributes = [
        "brightness", "current_position", "percentage", "volume_level", "color_temp_kelvin",
        "temperature", "target_temp_low", "target_temp_high", "current_temperature", "humidity",
        "current_humidity", "battery_level", "min", "max", "options", "effect_list",
        "supported_color_modes", "friendly_name", "device_class", "unit_of_measurement",
    ]

    @Test("any attribute of a state is reported within its limits, or not at all")
    func anyAttributeOfAState() throws {
        let entity = HomeEntity(id: "light.a", name: "a")
        var count = 0
        for value in Self.values {
            for name in Self.attributes {
                let state: JSONValue = ["state": value, "attributes": .object([name: value])]
                let report = HomeReport.whole(entity, state)
                if let percent = report["percent"]?.int { #expect((0...100).contains(percent)) }
                #expect(try JSONValue(parsing: JSONValue.object(report).serialized)["name"] == "a")
                for data: JSONObject in [
                    ["brightness_pct": value], ["color_name": value], ["effect": value],
                    ["color_temp_kelvin": value],
                ] { _ = HomeLamp(state).lack(data) }
                count += 1
            }
            for rgb: JSONValue in [[value, 0, 0], [0, value, value], value] {
                let report = HomeReport.whole(entity, ["attributes": ["rgb_color": rgb]])
                #expect(report["color"]?.string?.count ?? 7 == 7)
                count += 1
            }
        }
        print("number fuzz: \(count) states of Home Assistant")
    }

    @Test("an answer with any id goes to its request, or to none")
    func anAnswerUnderAnyNumber() {
        var count = 0
        for value in Self.values {
            var machine = HomeMachine(
                HomeExposure(
                    domains: ["light"], areas: [], labels: [], entities: [], exceptions: []))
            func receive(_ message: JSONValue, at time: Int64) -> [HomeOrder] {
                machine.received(message, at: time, random: 0.5) { .success(Secret("t")) }
            }
            _ = machine.want(at: 0)
            _ = machine.opened()
            _ = receive(["type": "auth_required"], at: 1)
            _ = receive(["type": "auth_ok"], at: 2)
            for message: JSONValue in [
                ["id": value, "type": "result", "success": true, "result": value],
                ["id": 5, "type": "result", "success": value, "result": [value]],
                [
                    "id": 6, "type": "result", "success": true,
                    "result": [["entity_id": value, "attributes": value]],
                ],
                ["id": value, "type": "event", "event": value], ["id": value, "type": value],
                [
                    "id": value, "type": "result", "success": false,
                    "error": ["code": value, "message": value],
                ],
            ] {
                _ = receive(message, at: 3)
                count += 1
            }
            _ = machine.alarmed(at: .max / 4, random: 0)
            _ = machine.end()
        }
        print("number fuzz: \(count) messages of Home Assistant")
    }

    @Test("any number from the model becomes a service call of its domain, or is refused")
    func anyNumberOfTheModel() {
        var count = 0
        for domain in HomeService.domains {
            for action in HomeAction.allCases {
                for number in OddNumbers.whole {
                    let value = Double(number)
                    for values in [
                        HomeValues(percent: number), HomeValues(kelvin: number),
                        HomeValues(temperature: value), HomeValues(value: value),
                        HomeValues(percent: number, temperature: value, value: value),
                    ] {
                        count += 1
                        guard let service = try? HomeService(action, values, on: domain) else {
                            continue
                        }
                        _ = HomeRisk(plain: .low, indirect: .low, guarded: [])
                            .risk(of: service, on: HomeEntity(id: "\(domain).a", name: "a"))
                        #expect(!JSONValue.object(service.data).serialized.contains("null"))
                    }
                }
            }
        }
        print("number fuzz: \(count) calls of services")
    }
}
