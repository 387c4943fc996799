import TestHome
import Testing
import Tools
import WireCodec

@testable import HomeAssistant

/// Confirmation before a door opens: each action with all values, on each kind of device.
///
/// The judge is a small home in which services do what Home Assistant's documentation says
/// (home-assistant.io/integrations/cover, lock, alarm_control_panel, valve), and which shows
/// whether a person gets in who could not before.
struct HomeRiskTests {
    /// A way into the house.
    private struct Thing: Equatable {
        /// How far a cover or valve is open (percent).
        var position: Int64 = 0
        var isLocked = true
        var isArmed = true

        /// Does what a service does; false for one that is not documented.
        mutating func perform(_ service: String, _ data: JSONObject) -> Bool {
            switch service {
            case "cover.open_cover", "valve.open_valve": position = 100
            case "cover.close_cover", "valve.close_valve": position = 0
            case "cover.stop_cover", "valve.stop_valve": break
            case "cover.toggle", "valve.toggle": position = position > 0 ? 0 : 100
            case "cover.set_cover_position", "valve.set_valve_position":
                position = data["position"]?.int ?? 100
            case "lock.lock": isLocked = true
            case "lock.unlock", "lock.open": isLocked = false
            case "alarm_control_panel.alarm_disarm": isArmed = false
            case let service where service.hasPrefix("alarm_control_panel.alarm_arm_"):
                isArmed = true
            default: return false
            }
            return true
        }

        func letsMoreIn(than before: Thing) -> Bool {
            position > before.position || before.isLocked && !isLocked || before.isArmed && !isArmed
        }
    }

    /// The possible states of a device.
    private static let states = [Int64(0), 1, 40, 99, 100].flatMap { position in
        [true, false].map { Thing(position: position, isLocked: $0, isArmed: $0) }
    }

    /// The device classes of covers: those that are a way in or unspecific, and the others.
    private static let covers: [(deviceClass: String?, isWayIn: Bool)] = [
        ("awning", false), ("blind", false), ("curtain", false), ("damper", false),
        ("door", true), ("garage", true), ("gate", true), ("shade", false), ("shutter", false),
        ("window", true), (nil, true), ("of a later release", true), ("", true),
    ]
    private static let entities: [(entity: HomeEntity, isWayIn: Bool)] =
        covers.map { cover in
            (HomeEntity(id: "cover.a", name: "a", deviceClass: cover.deviceClass), cover.isWayIn)
        } + [
            (HomeEntity(id: "lock.a", name: "a"), true),
            (HomeEntity(id: "alarm_control_panel.a", name: "a"), true),
            (HomeEntity(id: "valve.a", name: "a", deviceClass: "gas"), true),
            (HomeEntity(id: "valve.a", name: "a"), true),
            (HomeEntity(id: "valve.a", name: "a", deviceClass: "water"), false),
        ]

    /// All values that a model can give beside the action, each present or not.
    private static let values: [HomeValues] = (0..<64).flatMap { bits in
        [Int64(0), 1, 50, 100].map { percent in
            HomeValues(
                percent: bits & 1 > 0 ? percent : nil, temperature: bits & 2 > 0 ? 20 : nil,
                color: bits & 4 > 0 ? "red" : nil, kelvin: bits & 8 > 0 ? 3000 : nil,
                option: bits & 16 > 0 ? "open" : nil, value: bits & 32 > 0 ? 1 : nil)
        }
    }

    private let rules = HomeRisk(plain: .low, indirect: .low, guarded: [])

    @Test("whatever can let someone in needs a confirmation, and nothing else does")
    func whateverLetsSomebodyInWho() throws {
        var calls = 0
        for (entity, isWayIn) in Self.entities {
            for action in HomeAction.allCases {
                for values in Self.values {
                    guard let service = try? HomeService(action, values, on: entity.domain) else {
                        continue
                    }
                    calls += 1
                    let name = "\(service.domain).\(service.service)"
                    var letsIn = false
                    for before in Self.states {
                        var after = before
                        let isKnown = after.perform(name, service.data)
                        try #require(isKnown, "\(name) is unknown")
                        letsIn = letsIn || after.letsMoreIn(than: before)
                    }
                    let risk = rules.risk(of: service, on: entity)
                    #expect(
                        risk.asksByDefault == (letsIn && isWayIn),
                        "\(action) \(values) on \(entity.id) \(entity.deviceClass ?? "no class")")
                }
            }
        }
        #expect(calls > 100)
    }

    @Test("an owner's scripts and switches have the risk of the settings")
    func whatItsOwnerWroteOr()
        throws
    {
        let indirect = [
            "script", "scene", "automation", "button", "input_button", "switch", "input_boolean",
            "number", "input_number", "select", "input_select", "remote",
        ]
        for risk in ToolRisk.allCases {
            let rules = HomeRisk(plain: .low, indirect: risk, guarded: [])
            for domain in HomeService.domains {
                let entity = HomeEntity(id: "\(domain).a", name: "a")
                for action in HomeService.actions(on: domain) {
                    for values in Self.values {
                        guard let service = try? HomeService(action, values, on: domain) else {
                            continue
                        }
                        let judged = rules.risk(of: service, on: entity)
                        let usual = self.rules.risk(of: service, on: entity)
                        #expect(judged == (indirect.contains(domain) ? max(.low, risk) : usual))
                    }
                }
            }
        }
    }

    @Test("a group, and an unknown domain, can only be read")
    func aGroupAndAKind() {
        for domain in ["group", "homeassistant", "shell_command", "lawn_mower", "of_later"] {
            for action in HomeAction.allCases {
                for values in Self.values {
                    #expect(throws: HomeFault.self) { try HomeService(action, values, on: domain) }
                }
            }
        }
    }

    @Test("every action on a guarded entity needs a confirmation")
    func whatIsGuardedAsksWhatever() throws {
        let rules = HomeRisk(plain: .low, indirect: .low, guarded: ["*.gate_*"])
        for domain in HomeService.domains {
            for action in HomeService.actions(on: domain) {
                for values in Self.values {
                    guard let service = try? HomeService(action, values, on: domain) else {
                        continue
                    }
                    let entity = HomeEntity(id: "\(domain).gate_1", name: "a", deviceClass: "blind")
                    #expect(rules.risk(of: service, on: entity) == .unlock)
                }
            }
        }
    }

    @Test("a garage door needs a confirmation in every way in which a model can open it")
    func aGarageDoorAsksBy()
        async throws
    {
        let rig = try await HomeRig(.usual.withGarageServices)
        _ = await rig.call("list_devices")
        rig.user.refuseFromNowOn()
        let ways: [JSONObject] = [
            ["device": "garage", "action": "open"], ["device": "garage", "action": "toggle"],
            ["device": "cover.garage", "action": "on", "percent": 1],
            ["device": "garage", "action": "set", "percent": 55],
            ["kind": "cover", "action": "on", "percent": 100],
            ["kind": "cover", "action": "open"],
        ]
        for way in ways {
            let error = await rig.error("control", way)
            #expect(error == "nothing was done: nobody confirmed", "\(error): \(way)")
        }
        #expect(rig.user.asked == Array(repeating: "Garage", count: ways.count))
        // Its name alone does not allow switching it on.
        #expect(
            await rig.error(
                "control", ["device": "garage", "action": "on", "percent": 100]
            ).contains("can do this"))
        #expect(rig.fake.calls.isEmpty)
        // Closing needs no confirmation.
        #expect(
            await rig.error("control", ["device": "garage", "action": "set", "percent": 0]) == "")
        #expect(await rig.error("control", ["device": "garage", "action": "stop"]) == "")
        #expect(rig.fake.calls.map(\.service) == ["cover.set_cover_position", "cover.stop_cover"])
        await rig.end()
    }
}

extension HomeModel {
    /// With all services of a Home Assistant cover.
    fileprivate var withGarageServices: HomeModel {
        var model = self
        model.services.formUnion(["cover.set_cover_position", "cover.stop_cover", "cover.toggle"])
        return model
    }
}
