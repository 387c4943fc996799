import Mosquitto
import TestInputs
import Testing
import WireCodec

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
                publishesWords: words))
    }

    private func ask(
        _ presence: inout Presence, _ property: String, _ text: String, at time: Int64 = 0,
        isRetained: Bool = false
    ) -> PresenceCommand? {
        presence.received(
            MQTTMessage(topic: "martlet/martlet_1/\(property)", text, isRetained: isRetained),
            at: time, random: 0.5
        ).commands.first
    }

    private func text(_ messages: [MQTTMessage], _ topic: String) -> String? {
        messages.last { $0.topic == topic }?.text
    }

    @Test("each line begins with everything, and then only what changes is reported")
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

    @Test("a value that could not be published is published again")
    func refused() {
        var presence = presence()
        var state = PresenceState()
        _ = presence.connected()
        state.activity = .idle
        let message = presence.changed(state)[0]
        presence.refused(message)
        #expect(presence.changed(state) == [message])
    }

    @Test("words are cut to a state's length, never retained, and published only where wanted")
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
            ("volume/set", "0x20"), ("volume/set", "1e1"), ("volume/set", "+5"),
            ("volume/set", " 5"), ("volume/set", "5 %"), ("volume/set", "٣٥"),
            ("volume/set", "nan"), ("volume/set", "inf"), ("volume/set", ""), ("listen/set", ""),
            ("say/set", " \n"), ("mute", "ON"), ("state/set", "idle"), ("/set", "ON"),
        ] {
            #expect(ask(&presence, property, text) == nil, "\(property) \(text)")
        }
        let long = String(repeating: "x", count: Presence.commandLimitBytes + 1)
        #expect(ask(&presence, "say/set", long) == nil)
    }

    @Test("a retained command does nothing")
    func retained() {
        var presence = presence()
        #expect(ask(&presence, "listen/set", "PRESS", isRetained: true) == nil)
    }

    @Test("commands that are not permitted are neither offered nor carried out")
    func powers() throws {
        var presence = presence(powers: [.mute])
        #expect(ask(&presence, "listen/set", "PRESS") == nil)
        #expect(ask(&presence, "mute/set", "ON") == .setMuted(true))
        #expect(presence.filters == ["martlet/martlet_1/mute/set", "homeassistant/status"])
        let config = try JSONValue(parsing: presence.connected()[0].payload)
        // A configuration of only the platform makes Home Assistant remove an entity.
        #expect(config["components"]?["listen"] == ["platform": "button"])
        #expect(config["components"]?["volume"] == ["platform": "number"])
        #expect(config["components"]?["volume_level"]?["state_topic"] != nil)
        #expect(config["components"]?["volume_level"]?["command_topic"] == nil)
    }

    @Test("in a flood the last volume wins, each kind has its own limit, and muting passes")
    func ofAFloodTheLast() {
        var presence = presence()
        var taken: [PresenceCommand] = []
        var complaints = 0
        for number in 0..<1000 {
            let reaction = presence.received(
                MQTTMessage(topic: "martlet/martlet_1/volume/set", "\(number % 101)"), at: 0,
                random: 0)
            taken += reaction.commands
            complaints += reaction.complaint == nil ? 0 : 1
        }
        #expect(taken.count == Presence.commandLimit)
        #expect(complaints == 1)
        #expect(ask(&presence, "mute/set", "OFF") == .setMuted(false))
        #expect(presence.deadline == Presence.commandWindow)
        #expect(presence.deadlineReached(at: Presence.commandWindow - 1).commands.isEmpty)
        let late = presence.deadlineReached(at: Presence.commandWindow)
        #expect(late.commands == [.setVolume(999 % 101)])
        #expect(presence.deadline == nil)
    }

    @Test("a delayed command gives way to what comes after it")
    func whatWaitsForItsTime() {
        var presence = presence()
        var state = PresenceState()
        for _ in 0..<Presence.commandLimit { _ = ask(&presence, "mute/set", "OFF") }
        // On is never delayed, and replaces a delayed off.
        #expect(ask(&presence, "mute/set", "OFF") == nil)
        #expect(ask(&presence, "mute/set", "ON") == .setMuted(true))
        #expect(presence.deadline == nil)
        // So does a press on the device.
        #expect(ask(&presence, "mute/set", "OFF") == nil)
        #expect(presence.deadline != nil)
        state.isMuted = true
        _ = presence.changed(state)
        #expect(presence.deadline == nil)
        #expect(ask(&presence, "mute/set", "OFF") == nil)
        let later = presence.deadlineReached(at: Presence.commandWindow)
        #expect(later.commands == [.setMuted(false)])
    }

    @Test("in any order of messages the last volume counts")
    func whateverComesInWhateverOrder() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var presence = presence()
            var time: Int64 = 0
            var last = -1
            var stands = -1
            func follow(_ commands: [PresenceCommand]) {
                for case .setVolume(let percent) in commands { stands = percent }
            }
            for _ in 0..<Int.random(in: 1...120, using: &generator) {
                time += .random(in: 0...Self.second, using: &generator)
                if let deadline = presence.deadline, deadline <= time {
                    follow(presence.deadlineReached(at: time).commands)
                }
                last = .random(in: 0...100, using: &generator)
                let message = MQTTMessage(topic: "martlet/martlet_1/volume/set", "\(last)")
                follow(presence.received(message, at: time, random: 0).commands)
            }
            while let deadline = presence.deadline {
                follow(presence.deadlineReached(at: deadline).commands)
            }
            #expect(stands == last)
        }
    }

    @Test("text that is not UTF-8 is not spoken, and a complaint is logged")
    func whatIsNoUtf8() {
        var presence = presence()
        let latin: [UInt8] = [0x47, 0x72, 0xFC, 0xDF, 0x65]
        let reaction = presence.received(
            MQTTMessage(topic: "martlet/martlet_1/say/set", payload: latin), at: 0, random: 0)
        #expect(reaction.commands.isEmpty)
        #expect(reaction.complaint?.contains("not UTF-8") == true)
    }

    @Test("Home Assistant sees an alarm that rings and a PIN that is locked")
    func homeAssistantSeesAnAlarm() throws {
        var presence = presence()
        var state = PresenceState()
        let config = try JSONValue(parsing: presence.connected()[0].payload)
        let options = config["components"]?["state"]?["options"]?.array ?? []
        #expect(
            PresenceState.Activity.allCases.allSatisfy { options.contains(.string($0.rawValue)) })
        (state.activity, state.isPINLocked) = (.ringing, true)
        let messages = presence.changed(state)
        #expect(text(messages, "martlet/martlet_1/state") == "ringing")
        #expect(text(messages, "martlet/martlet_1/pin") == "ON")
        #expect(config["components"]?["pin"]?["state_topic"] == "martlet/martlet_1/pin")
    }

    @Test("complaints about junk are no more frequent than accepted commands")
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
        let messages = presence.deadlineReached(at: Self.second * 3 / 2).messages
        #expect(messages.first?.topic == "homeassistant/device/martlet_1/config")
        #expect(text(messages, "martlet/martlet_1/state") != nil)
        #expect(presence.deadline == nil)
    }

    @Test("a device that stops announcing itself is removed where it is known")
    func unannounced() {
        var presence = presence(isAnnounced: false)
        let topic = "homeassistant/device/martlet_1/config"
        #expect(presence.keptFilters == [topic])
        let messages = presence.connected()
        #expect(text(messages, "martlet/martlet_1/status") == "online")
        #expect(!presence.filters.contains("homeassistant/status"))
        // Home Assistant logs an error about an unknown one.
        #expect(text(messages, topic) == nil)
        let kept = MQTTMessage(
            topic: topic, String(repeating: "x", count: Presence.commandLimitBytes + 1),
            isRetained: true)
        #expect(Presence.concerns(kept, presence.keptFilters))
        #expect(
            presence.received(kept, at: 0, random: 0).messages
                == [MQTTMessage(topic: topic, "", isRetained: true)])
        // Its own removal message comes back to it.
        #expect(
            presence.received(MQTTMessage(topic: topic, ""), at: 0, random: 0)
                == PresenceReaction())
        #expect(self.presence().keptFilters.isEmpty)
    }

    @Test("everything that was ever retained is removed")
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
