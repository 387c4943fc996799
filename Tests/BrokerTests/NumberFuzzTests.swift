import Mosquitto
import TestInputs
import Testing

@testable import Broker

/// Any number in a message, and any time of its arrival.
struct NumberFuzzTests {
    private func presence() -> Presence {
        Presence(
            PresenceSettings(
                id: "m", name: "M", version: "1", prefix: "martlet", isAnnounced: true,
                discoveryPrefix: "homeassistant", powers: Set(PresenceSettings.Power.allCases),
                publishesWords: true))
    }

    @Test("a volume of any number is one from 0 to 100, or none")
    func aVolumeOfAnyNumber() {
        var count = 0
        let blanks = ["", " ", "\n", "%", "\u{0}"]
        for text in OddNumbers.json + OddNumbers.tooLarge + [
            "NaN", "inf", "-inf", "0x20", "1_0", "٣",
        ] {
            for after in blanks {
                var presence = presence()
                for power in PresenceSettings.Power.allCases {
                    let reaction = presence.received(
                        MQTTMessage(topic: "martlet/m/\(power.rawValue)/set", text + after), at: 0,
                        random: 0.5)
                    count += 1
                    for case .setVolume(let percent) in reaction.commands {
                        #expect((0...100).contains(percent))
                        #expect(after.isEmpty && Double(text) != nil, "\(text)\(after)")
                    }
                }
            }
        }
        print("number fuzz: \(count) messages of a broker")
    }

    @Test("any state of the device is published")
    func anyStateOfTheDevice() {
        var presence = presence()
        _ = presence.connected()
        for number in OddNumbers.whole {
            var state = PresenceState()
            (state.volume, state.timers) = (Int(number), Int(number))
            state.diagnostics = .init(
                started: "x", reconnects: Int(number), xruns: Int(number), memory: Int(number))
            let messages = presence.changed(state)
            #expect(!messages.isEmpty)
        }
    }

    @Test("whenever a message arrives, there is a next deadline, and the sequence ends")
    func wheneverAMessageComesThere() {
        for random in [-1, 0, 0.5, 1, 2, Double.nan, .infinity] {
            for time in OddNumbers.whole where abs(Double(time)) < 1e18 {
                var presence = presence()
                _ = presence.connected()
                for number in 0..<30 {
                    _ = presence.received(
                        MQTTMessage(topic: "martlet/m/volume/set", "\(number)"), at: time,
                        random: random)
                }
                _ = presence.received(
                    MQTTMessage(topic: "homeassistant/status", "online"), at: time, random: random)
                var rounds = 0
                while let deadline = presence.deadline, rounds < 10 {
                    #expect(deadline >= time)
                    _ = presence.deadlineReached(at: deadline)
                    rounds += 1
                }
                #expect(presence.deadline == nil)
            }
        }
    }
}
