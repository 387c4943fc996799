import ModelTypes
import Mosquitto
import Testing

@testable import Broker

struct PresenceTests {
    private static let second: Int64 = 1_000_000_000

    private func presence(
        words: Bool = true,
        powers: Set<PresenceSettings.Power> = Set(
            PresenceSettings.Power.allCases), isAnnounced: Bool = true
    ) -> Presence {
        Presence(
            PresenceSettings(
                id: "martlet_1", name: "Kitchen", version: "1.0", prefix: "martlet",
                isAnnounced: isAnnounced, discoveryPrefix: "homeassistant", powers: powers,
                tellsWords: words))
    }

    private func ask(
        _ presence: inout Presence, _ property: String, _ text: String, at time: Int64 = 0,
        isRetained: Bool = false
    ) -> PresenceCommand? {
        presence.received(
            MQTTMessage(topic: "martlet/martlet_1/\(property)", text, isRetained: isRetained),
            at: time, random: 0.5
        ).command
    }

    private func text(_ messages: [MQTTMessage], _ topic: String) -> String? {
        messages.last { $0.topic == topic }?.text
    }

    @Test("each line begins with everything, and then only what changes is told")
    func telling() throws {
        var presence = presence()
        var state = PresenceState()
        #expect(presence.changed(state).isEmpty)
        let first = presence.connected()
        #expect(first.first?.topic == "homeassistant/device/martlet_1/config")
        #expect(text(first, "martlet/martlet_1/status") == "online")
        #expect(text(first, "martlet/martlet_1/state") == "offline")
        #expect(first.allSatisfy { $0.isRetained })
        state.activity = .listening
        #expect(presence.changed(state).map(\.text) == ["listening"])
        #expect(presence.changed(state).isEmpty)
        presence.disconnected()
        state.volume = 40
        #expect(presence.changed(state).isEmpty)
        let second = presence.connected()
        #expect(text(second, "martlet/martlet_1/volume") == "40")
        #expect(text(second, "martlet/martlet_1/state") == "listening")
        #expect(presence.will.text == "offline")
        #expect(presence.farewell.map(\.topic) == ["martlet/martlet_1/status"])
    }

    @Test("what could not be published is told again")
    func refused() {
        var presence = presence()
        var state = PresenceState()
        _ = presence.connected()
        state.activity = .idle
        let message = presence.changed(state)[0]
        presence.refused(message)
        #expect(presence.changed(state) == [message])
    }

    @Test("words are cut to what a state can hold, kept by no broker, and told only where wanted")
    func words() {
        var state = PresenceState()
        state.reply = String(repeating: "ä", count: 300)
        state.request = "hello"
        var open = presence()
        _ = open.connected()
        let messages = open.changed(state)
        let reply = text(messages, "martlet/martlet_1/reply")
        #expect(reply?.unicodeScalars.count == 255)
        #expect(reply?.hasSuffix("…") == true)
        #expect(messages.allSatisfy { !$0.isRetained })
        var shy = presence(words: false)
        _ = shy.connected()
        #expect(shy.changed(state).isEmpty)
    }

    @Test("each command is understood, and nothing else is taken for one")
    func commands() {
        var presence = presence()
        #expect(ask(&presence, "mute/set", "ON") == .setMuted(true))
        #expect(ask(&presence, "mute/set", "off") == .setMuted(false))
        #expect(ask(&presence, "volume/set", "35") == .setVolume(35))
        #expect(ask(&presence, "volume/set", "35.0") == .setVolume(35))
        #expect(ask(&presence, "listen/set", "PRESS") == .listen)
        #expect(ask(&presence, "stop/set", "PRESS") == .stop)
        #expect(ask(&presence, "say/set", "a\nb") == .say("a b"))
        for (property, text) in [
            ("mute/set", "maybe"), ("volume/set", "101"), ("volume/set", "-1"),
            ("volume/set", "nan"), ("volume/set", "inf"), ("volume/set", ""), ("listen/set", ""),
            ("say/set", " \n"), ("mute", "ON"), ("state/set", "idle"), ("/set", "ON"),
        ] {
            #expect(ask(&presence, property, text) == nil, "\(property) \(text)")
        }
        let long = String(repeating: "x", count: Presence.commandLimitBytes + 1)
        #expect(ask(&presence, "say/set", long) == nil)
    }

    @Test("what the broker has kept asks for nothing")
    func retained() {
        var presence = presence()
        #expect(ask(&presence, "listen/set", "PRESS", isRetained: true) == nil)
    }

    @Test("what others may not do is neither offered nor done")
    func powers() throws {
        var presence = presence(powers: [.mute])
        #expect(ask(&presence, "listen/set", "PRESS") == nil)
        #expect(ask(&presence, "mute/set", "ON") == .setMuted(true))
        #expect(presence.filters == ["martlet/martlet_1/mute/set", "homeassistant/status"])
        let config = try JSONValue(parsing: presence.connected()[0].payload)
        // Only the platform is how Home Assistant is told to take an entity back.
        #expect(config["components"]?["listen"] == ["platform": "button"])
        #expect(config["components"]?["volume"] == ["platform": "number"])
        #expect(config["components"]?["volume_level"]?["state_topic"] != nil)
        #expect(config["components"]?["volume_level"]?["command_topic"] == nil)
    }

    @Test("a flood of commands is dropped and told once; muting gets through")
    func flood() {
        var presence = presence()
        var taken = 0
        var complaints = 0
        for _ in 0..<1000 {
            let (command, complaint) = presence.received(
                MQTTMessage(topic: "martlet/martlet_1/volume/set", "10"), at: 0, random: 0)
            taken += command == nil ? 0 : 1
            complaints += complaint == nil ? 0 : 1
        }
        #expect(taken == Presence.commandLimit)
        #expect(complaints == 1)
        #expect(ask(&presence, "mute/set", "ON") == .setMuted(true))
        #expect(ask(&presence, "mute/set", "OFF") == nil)
        let later = Presence.commandWindow
        #expect(ask(&presence, "mute/set", "OFF", at: later) == .setMuted(false))
    }

    @Test("junk is complained of no more often than commands are taken")
    func junk() {
        var presence = presence()
        let complaints = (0..<1000).compactMap { _ in
            presence.received(
                MQTTMessage(topic: "martlet/martlet_1/mute/set", "junk"), at: 0, random: 0
            ).complaint
        }
        #expect(complaints.count == Presence.commandLimit)
    }

    @Test("the birth of Home Assistant is answered with everything, soon but not at once")
    func birth() {
        var presence = presence()
        _ = presence.connected()
        func born(_ text: String, _ time: Int64) {
            _ = presence.received(
                MQTTMessage(topic: "homeassistant/status", text), at: time, random: 0.5)
        }
        born("offline", 0)
        #expect(presence.deadline == nil)
        born("online", Self.second)
        #expect(presence.deadline == Self.second * 3 / 2)
        born("online", Self.second + 1)
        #expect(presence.deadline == Self.second * 3 / 2)
        let messages = presence.deadlineReached()
        #expect(messages.first?.topic == "homeassistant/device/martlet_1/config")
        #expect(text(messages, "martlet/martlet_1/state") != nil)
        #expect(presence.deadline == nil)
    }

    @Test("a device that does not announce itself any more is taken back")
    func unannounced() {
        var presence = presence(isAnnounced: false)
        let messages = presence.connected()
        #expect(messages.first?.topic == "homeassistant/device/martlet_1/config")
        #expect(messages.first?.payload == [])
        #expect(text(messages, "martlet/martlet_1/status") == "online")
        #expect(!presence.filters.contains("homeassistant/status"))
    }

    @Test("everything that was ever kept is taken back")
    func removal() {
        var presence = presence()
        var state = PresenceState()
        (state.volume, state.request, state.reply) = (1, "a", "b")
        state.diagnostics = .init(started: "x", reconnects: 0, xruns: 0, memory: 1)
        _ = presence.changed(state)
        let kept = Set(presence.connected().map(\.topic))
        #expect(kept.isSubset(of: Set(presence.removal.map(\.topic))))
        #expect(presence.removal.allSatisfy { $0.payload.isEmpty && $0.isRetained })
    }
}
