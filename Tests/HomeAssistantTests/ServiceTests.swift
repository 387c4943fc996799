import Testing
import Tools
import WireCodec

@testable import HomeAssistant

/// The service for each action, and the actions that a domain does not have.
struct ServiceTests {
    private func service(
        _ action: HomeAction, _ domain: String, _ change: (inout HomeValues) -> Void = { _ in }
    ) throws -> String {
        var values = HomeValues()
        change(&values)
        let service = try HomeService(action, values, on: domain)
        let data = service.data.isEmpty ? "" : " \(JSONValue.object(service.data).serialized)"
        return "\(service.domain).\(service.service)\(data)"
    }

    private func refusal(
        _ action: HomeAction, _ domain: String, _ change: (inout HomeValues) -> Void = { _ in }
    ) -> String {
        do {
            return "taken as \(try service(action, domain, change))"
        } catch {
            return (error as? HomeFault)?.failure.description ?? "\(error)"
        }
    }

    @Test(
        "plain actions are the services of their domain",
        arguments: [
            (HomeAction.on, "light", "light.turn_on"), (.off, "switch", "switch.turn_off"),
            (.toggle, "fan", "fan.toggle"), (.open, "cover", "cover.open_cover"),
            (.stop, "cover", "cover.stop_cover"), (.unlock, "lock", "lock.unlock"),
            (.play, "media_player", "media_player.media_play"),
            (.next, "media_player", "media_player.media_next_track"),
            (.on, "scene", "scene.turn_on"), (.press, "script", "script.turn_on"),
            (.press, "button", "button.press"), (.press, "automation", "automation.trigger"),
            (.returnHome, "vacuum", "vacuum.return_to_base"), (.start, "vacuum", "vacuum.start"),
            (.disarm, "alarm_control_panel", "alarm_control_panel.alarm_disarm"),
            (.armAway, "alarm_control_panel", "alarm_control_panel.alarm_arm_away"),
        ] as [(HomeAction, String, String)])
    func plain(action: HomeAction, domain: String, expected: String) throws {
        #expect(try service(action, domain) == expected)
    }

    @Test("a value goes into the field of its domain, in its unit")
    func settings() throws {
        #expect(
            try service(.on, "light") { $0.percent = 40 } == #"light.turn_on {"brightness_pct":40}"#
        )
        #expect(
            try service(.set, "light") {
                $0.color = "red"
                $0.percent = 5
            } == #"light.turn_on {"brightness_pct":5,"color_name":"red"}"#)
        #expect(
            try service(.set, "cover") { $0.percent = 30 }
                == #"cover.set_cover_position {"position":30}"#)
        #expect(
            try service(.set, "media_player") { $0.percent = 25 }
                == #"media_player.volume_set {"volume_level":0.25}"#)
        #expect(
            try service(.set, "climate") { $0.option = "heat" }
                == #"climate.set_hvac_mode {"hvac_mode":"heat"}"#)
        #expect(
            try service(.set, "climate") {
                $0.option = "heat"
                $0.temperature = 21.5
            } == #"climate.set_temperature {"temperature":21.5,"hvac_mode":"heat"}"#)
        #expect(
            try service(.set, "input_select") { $0.option = "Party" }
                == #"input_select.select_option {"option":"Party"}"#)
        #expect(
            try service(.set, "number") { $0.value = 3 } == #"number.set_value {"value":3}"#)
    }

    @Test("an action that a domain does not have is refused, with those that it has")
    func refused() {
        #expect(
            refusal(.unlock, "light")
                == "nothing was done: a light does not take unlock, only on, off, toggle, set")
        #expect(refusal(.on, "sensor") == "nothing was done: a sensor can only be read")
        #expect(refusal(.set, "light").hasSuffix("say what it is to be set to"))
        #expect(
            refusal(.set, "cover") { $0.color = "red" }
                == "nothing was done: a cover takes only percent, and not all together")
        #expect(
            refusal(.set, "lock") { $0.value = 1 } == "nothing was done: a lock takes no values")
        #expect(
            refusal(.off, "light") { $0.percent = 1 } == "nothing was done: off takes no values")
    }

    @Test("every domain takes the actions that it offers")
    func consistent() {
        for domain in HomeService.domains {
            let actions = HomeService.actions(on: domain)
            #expect(!actions.isEmpty, "\(domain)")
            for action in actions where action != .set {
                #expect(!refusal(action, domain).contains("nothing was done"), "\(domain)")
            }
        }
    }

    @Test("a colour is one that Home Assistant knows, however it is written")
    func aColourIsOneThat() throws {
        for (said, sent) in [
            ("Light Blue", "lightblue"), ("RED", "red"), ("dark-orange", "darkorange"),
        ] {
            #expect(try service(.on, "light") { $0.color = said }.contains("\"\(sent)\""))
        }
        for said in [
            "himmelblau", "", "rot", "#ff0000", "255,0,0", String(repeating: "red", count: 90),
        ] {
            #expect(
                refusal(.set, "light") { $0.color = said }.contains("there is no colour"), "\(said)"
            )
        }
        #expect(refusal(.on, "light") { $0.color = "skyblu" }.hasSuffix("such as skyblue"))
    }
}
