import AllToolKinds
import Assistant
import Configuration
import GPIO
import Panel
import Testing

@testable import Daemon

/// A button whose time stands still until the test advances it.
private final class Bench: PanelPort, @unchecked Sendable {
    // @unchecked: each test has its own, and is one task.

    enum Told: Equatable {
        case talk(Bool, Int)
        case action(ButtonAction, Int)
        case complaint
        case heldOn
        case answer(Bool, Int)

        var isNoEdge: Bool { if case .talk = self { false } else { true } }
    }

    var told: [Told] = []
    var touchUse = TouchUse.nothing
    private var timer: (at: Int64, body: @Sendable () -> Void)?
    private var button: GestureButton?

    init(tapMode: Bool = false, _ adapt: (inout GestureButton.Map) -> Void) {
        var map = GestureButton.Map()
        map.press = .talk
        map.holdsToTalk = !tapMode
        adapt(&map)
        button = GestureButton(
            label: "the button", map: map, settings: ButtonGesture.Settings(), port: self
        ) { [unowned self] time, body in
            timer = (time, body)
            return { self.timer = nil }
        }
    }

    func edges(_ times: Int...) {
        for (index, time) in times.enumerated() {
            until(time)
            button?.edge(isPress: index.isMultiple(of: 2), at: Int64(time) * 1_000_000)
        }
    }

    func until(_ time: Int) {
        while let due = timer, due.at <= Int64(time) * 1_000_000 {
            timer = nil
            due.body()
        }
    }

    func talk(_ event: ButtonEvent) -> TouchUse {
        told.append(.talk(event.pressed, Int(event.at / 1_000_000)))
        return event.pressed ? touchUse : .nothing
    }
    func answer(isYes: Bool, pressedAt time: Int64) {
        told.append(.answer(isYes, Int(time / 1_000_000)))
    }
    func heldOn() { told.append(.heldOn) }
    func touch(at time: Int64, isTalk: Bool) -> TouchUse { touchUse }
    func perform(_ action: ButtonAction, at time: Int64) {
        told.append(.action(action, Int(time / 1_000_000)))
    }
    func complain(_ text: String) { told.append(.complaint) }
}

@Suite("What a button does")
struct ButtonPanelTests {
    @Test("holding talks at the press, and only that is configured at first")
    func hold() throws {
        let bench = Bench { _ in }
        bench.edges(100, 2_000)
        #expect(bench.told == [.talk(true, 100), .talk(false, 2_000)])
        let settings = try SettingsFile.settings(from: [("t", "")])
        let button = try #require(settings.buttons.first)
        #expect(button.press == .talk)
        #expect(settings.gestureMap(of: button).double == .nothing)
    }

    @Test("a double press has its own action, a hold beside it talks from its press on")
    func holdAndDouble() {
        let bench = Bench { $0.double = .mute }
        bench.edges(100, 150, 250, 300)
        bench.edges(5_000, 7_000)
        #expect(bench.told == [.action(.mute, 250), .talk(true, 5_000), .talk(false, 7_000)])
    }

    @Test("in tap mode a press is a whole tap, and a long press has another action")
    func tapMode() {
        let bench = Bench(tapMode: true) { $0.long = .tool(name: "lamp", arguments: "{}") }
        bench.edges(100, 200)
        #expect(bench.told == [.talk(true, 100), .talk(false, 100)])
        bench.told = []
        bench.edges(1_000, 3_000)
        #expect(bench.told == [.action(.tool(name: "lamp", arguments: "{}"), 1_000)])
    }

    @Test(
        "a press that dismissed an alarm performs no action of its own", arguments: [false, true])
    func alarm(tapMode: Bool) {
        let bench = Bench(tapMode: tapMode) { $0.double = .mute }
        bench.touchUse = .dismissed
        bench.edges(100, 900)
        bench.until(9_000)
        #expect(bench.told.isEmpty)
    }

    @Test("a longer hold snoozes the alarm, once, whatever else the button does")
    func heldOn() {
        for (tapMode, double) in [(false, false), (false, true), (true, false), (true, true)] {
            let bench = Bench(tapMode: tapMode) { if double { $0.double = .mute } }
            bench.touchUse = .dismissed
            bench.edges(100, 3_000)
            bench.until(9_000)
            #expect(bench.told.filter { $0 == .heldOn }.count == 1)
            // The tap that dismissed it may have been reported, and its release means nothing.
            #expect(
                bench.told.allSatisfy {
                    [.heldOn, .talk(true, 100), .talk(false, 100)].contains($0)
                })
            bench.touchUse = .nothing
            bench.told = []
            bench.edges(20_000, 22_000)
            bench.until(30_000)
            #expect(bench.told.first == .talk(true, 20_000))
        }
    }

    @Test(
        "when the user is asked, a short press means yes and a hold no, whatever else they do"
    )
    func question() {
        for (tapMode, double) in [(false, false), (false, true), (true, false), (true, true)] {
            let bench = Bench(tapMode: tapMode) { if double { $0.double = .mute } }
            bench.touchUse = .asked
            bench.edges(100, 900)
            bench.until(9_000)
            #expect(bench.told.filter(\.isNoEdge) == [.answer(true, 100)])
            bench.told = []
            bench.edges(20_000, 22_000)
            bench.until(30_000)
            #expect(bench.told.filter(\.isNoEdge) == [.answer(false, 20_000)])
        }
    }

    @Test("a press that silenced the answer is no tap, but may be held to talk")
    func silenced() {
        let bench = Bench {
            $0.double = .mute
            $0.tap = .repeatAnswer
        }
        bench.touchUse = .stopped
        bench.edges(100, 150)
        bench.until(1_000)
        #expect(bench.told.isEmpty)
        bench.edges(2_000, 4_000)
        #expect(bench.told == [.talk(true, 2_000), .talk(false, 4_000)])
    }

    @Test("a stuck button is reported once and ends the turn")
    func stuck() {
        let bench = Bench { _ in }
        bench.edges(100)
        bench.until(1_000_000)
        #expect(bench.told == [.talk(true, 100), .talk(false, 120_100), .complaint])
    }

    @Test("tables list all the buttons, and inherit the times of the section")
    func tables() throws {
        let settings = try SettingsFile.settings(from: [
            ("martlet.toml", SettingsFile.template()),
            (
                "b.toml",
                """
                [[button]]
                name = "talk"
                line = "gpiochip0:4"
                press = "talk"
                [[button]]
                name = "lamp"
                line = "GPIO5"
                active_low = false
                bias = "pull-down"
                press = 'tool switch_output {"output": "lamp", "action": "on"}'
                """
            ),
        ])
        #expect(settings.buttons.map(\.name) == ["talk", "lamp"])
        #expect(settings.buttonTools == ["switch_output"])
        let wiring = try settings.wiring(of: settings.buttons[1])
        #expect(wiring.bias == .pullDown)
        #expect(!wiring.activeLow)
        #expect(wiring.timing.debounceMicroseconds == 30_000)
        #expect(settings.panelMistakes.isEmpty)
    }

    @Test("a button that cannot work is reported with its place")
    func mistakes() throws {
        func mistakes(_ text: String) throws -> [String] {
            do {
                return try SettingsFile.settings(from: [("t", text)]).panelMistakes
                    .map(\.description)
            } catch {
                return error.diagnostics.map(\.description)
            }
        }
        for (text, words) in [
            ("[button]\ndouble = \"dance\"", "t:2:10: button.double is \"dance\": allowed: talk"),
            ("[button]\nlong = \"mute\"", "holding it means talking"),
            ("[button]\ntap = \"talk\"", "only a press can be"),
            ("[conversation]\nmode = \"tap\"\n[button]\ntap = \"mute\"", "are the same here"),
            (
                "[[button]]\nname = \"a\"\nline = \"GPIO1\"\npress = \"stop\"",
                "needs a button whose"
            ),
            ("[[button]]\nname = \"a\"\npress = \"talk\"", "lacks 'line'"),
            ("[[button]]\nname = \"a\"\nline = \"b\"\npres = \"talk\"", "did you mean 'press'?"),
            ("[[button]]\nname = \"a\"\nline = \"b\"\npress = \"tak\"", "is not an action"),
            ("[button]\nline = \"gpiochip0:x\"", "followed by the line's offset"),
            ("[button]\ndouble = 'tool a {\"b\"}'", "are not JSON"),
            ("[mute_switch]\nline = \"a b\"", "a line's name has no blanks"),
            ("[led]\nkind = \"class\"\nname = \"a,b\"", "one light, or three"),
            ("[led]\ndata_line = \"GPIO5\"", "go together"),
            ("[led]\nnight_from = \"25:00\"", "led.night_from is \"25:00\": a time of day"),
            ("[led.patterns]\nidle = \"wobble\"", "must begin with off, steady"),
        ] {
            let found = try mistakes(text)
            #expect(found.contains { $0.contains(words) }, "\(text): \(found)")
        }
    }
}
