import Testing

@testable import Panel

@Suite("Patterns of a light")
struct LightTests {
    private func machine(
        _ text: String, on kind: LightKind = .pixels(1),
        _ brightness: LightBrightness = LightBrightness(percent: 100)
    ) throws -> LightMachine {
        LightMachine(
            patterns: [.listening: try LightPattern(text)], kind: kind, brightness: brightness,
            state: .listening, at: 0)
    }

    private func ms(_ time: Int) -> Int64 { Int64(time) * 1_000_000 }

    /// What is visible from 0 on: each frame's first pixel with its time.
    private func seen(
        _ machine: LightMachine, until end: Int
    ) -> [(at: Int, pixels: [Colour])] {
        var seen: [(at: Int, pixels: [Colour])] = []
        var time: Int64? = 0
        while let now = time, now < ms(end) {
            let (frame, next) = machine.frame(at: now, secondOfDay: 0)
            seen.append((Int(now / 1_000_000), frame.pixels))
            time = next
        }
        return seen
    }

    @Test("a steady light needs no wake-up", arguments: ["off", "steady red", "steady"])
    func still(_ text: String) throws {
        for kind in [LightKind.switched, .pixels(1), .pixels(12)] {
            let (_, next) = try machine(text, on: kind).frame(at: ms(500), secondOfDay: 0)
            #expect(next == nil)
        }
    }

    @Test("an idle device does not wake for its light, whatever light it has")
    func idle() throws {
        for kind in [LightKind.switched, .pixels(3)] {
            let patterns = try LightPatterns.all(on: kind) { _ in "" }
            let machine = LightMachine(
                patterns: patterns, kind: kind,
                brightness: try LightBrightness(
                    percent: 50, nightPercent: 5, nightFrom: "22:00", nightTo: "07:00"),
                state: .idle, at: 0)
            let (frame, next) = machine.frame(at: ms(10_000), secondOfDay: 0)
            #expect(frame.isDark)
            #expect(next == nil)
        }
    }

    @Test("blinking wakes twice per period, at its edges")
    func blinking() throws {
        let seen = try seen(machine("blink blue 100/900"), until: 2_050)
        #expect(seen.map(\.at) == [0, 100, 1_000, 1_100, 2_000])
        let blue = Colour(red: 0, green: 0, blue: 255)
        #expect(seen.map { $0.pixels == [blue] } == [true, false, true, false, true])
    }

    @Test("a pulse rises and falls, is never dark, and keeps to its steps")
    func pulsing() throws {
        let seen = try seen(machine("pulse white 1000"), until: 1_000)
        let levels = seen.map { Int($0.pixels[0].red) }
        #expect(seen.count == 25)
        #expect(levels.allSatisfy { $0 > 0 })
        let top = try #require(levels.firstIndex(of: levels.max() ?? 0))
        #expect((12...13).contains(top))
        #expect(Array(levels[...top]) == levels[...top].sorted())
        #expect(Array(levels[top...]) == levels[top...].sorted(by: >))
    }

    @Test("an on-off light blinks where another pulses, and is steady where another runs")
    func switched() throws {
        #expect(
            try seen(machine("pulse 1000", on: .switched), until: 1_600).map(\.at) == [
                0, 500, 1_000, 1_500,
            ])
        let chase = try machine("chase 900", on: .switched).frame(at: ms(77), secondOfDay: 0)
        #expect(chase.0.pixels == [.white])
        #expect(chase.next == nil)
    }

    @Test("a chase visits every pixel once a round")
    func chasing() throws {
        for count in [2, 3, 7, 12] {
            let seen = try seen(machine("chase red 900", on: .pixels(count)), until: 900)
            let heads = seen.compactMap { frame in
                frame.pixels.firstIndex(of: Colour(red: 255, green: 0, blue: 0))
            }
            #expect(heads == Array(0..<count))
        }
    }

    @Test("the same state does not restart its pattern, another one does")
    func restart() throws {
        var machine = LightMachine(
            patterns: [
                .thinking: try LightPattern("blink red 100/900"),
                .error: try LightPattern("blink red 500/500"),
            ], kind: .pixels(1), brightness: LightBrightness(percent: 100), state: .thinking, at: 0)
        machine.show(.thinking, at: ms(150))
        #expect(machine.frame(at: ms(200), secondOfDay: 0).0.isDark)
        machine.show(.error, at: ms(250))
        let (frame, next) = machine.frame(at: ms(250), secondOfDay: 0)
        #expect(!frame.isDark)
        #expect(next == ms(750))
    }

    @Test("a state without a pattern is dark")
    func noPattern() throws {
        var machine = try machine("steady")
        machine.show(.idle, at: 5)
        #expect(
            machine.frame(at: 9, secondOfDay: 0).0 == LightFrame(pixels: [.dark], brightness: 100))
    }

    @Test("no two states look alike, on any light")
    func distinct() throws {
        for kind in [LightKind.switched, .pixels(1), .pixels(3)] {
            let patterns = try LightPatterns.all(on: kind) { _ in "" }
            #expect(patterns.count == LightState.allCases.count)
            for (state, pattern) in patterns {
                for (other, rival) in patterns where other != state {
                    #expect(pattern != rival, "\(state) and \(other)")
                }
            }
        }
    }

    @Test("the configured pattern comes first, a mistake in it is reported")
    func wishes() throws {
        let patterns = try LightPatterns.all(on: .switched) { $0 == .idle ? "steady 5%" : "" }
        #expect(patterns[.idle]?.shape == .steady)
        #expect(throws: PanelError.self) {
            try LightPatterns.all(on: .switched) { $0 == .timer ? "wobble" : "" }
        }
    }

    @Test(
        "text that is no pattern is refused",
        arguments: [
            "", "wobble", "off 100", "steady 100", "blink", "blink 100", "blink red 100/", "pulse",
            "pulse 100/100", "chase blue", "steady #12345", "steady #1234567", "steady #+12345",
            "blink 5/100", "pulse 99999", "steady 0%", "steady 101%", "steady blau", "blink 1/2/3",
            "pulse 9223372036854775808",
        ])
    func mistakes(_ text: String) {
        #expect(throws: PanelError.self) { try LightPattern(text) }
    }

    @Test("colours have names or six digits")
    func colours() {
        #expect(Colour("#ff8000") == Colour(red: 255, green: 128, blue: 0))
        #expect(Colour("#FF8000") == Colour(red: 255, green: 128, blue: 0))
        #expect(Colour("white") == .white)
        #expect(Colour("ff8000") == nil)
        #expect(Colour.white.scaled(permille: 500).green == 128)
    }
}

@Suite("Night hours")
struct LightBrightnessTests {
    private func ms(_ time: Int) -> Int64 { Int64(time) * 1_000_000 }

    private func brightness(_ from: String, _ to: String) throws -> LightBrightness {
        try LightBrightness(percent: 40, nightPercent: 5, nightFrom: from, nightTo: to)
    }

    @Test("a night may span midnight")
    func overMidnight() throws {
        let night = try brightness("22:00", "07:30")
        #expect(night.value(at: 21 * 3600).percent == 40)
        #expect(night.value(at: 21 * 3600).lasts == 3600)
        #expect(night.value(at: 22 * 3600).percent == 5)
        #expect(night.value(at: 0).percent == 5)
        #expect(night.value(at: 0).lasts == 7 * 3600 + 1800)
        #expect(night.value(at: 7 * 3600 + 1800).percent == 40)
    }

    @Test("a night may lie within one day, and may be off")
    func otherNights() throws {
        let siesta = try brightness("13:00", "15:00")
        #expect(siesta.value(at: 14 * 3600).percent == 5)
        #expect(siesta.value(at: 16 * 3600).percent == 40)
        #expect(try brightness("", "").value(at: 3600).lasts == nil)
    }

    @Test("a steady light wakes once, when the night begins")
    func boundary() throws {
        let machine = LightMachine(
            patterns: [.muted: try LightPattern("steady red")], kind: .pixels(1),
            brightness: try brightness("22:00", "07:00"), state: .muted, at: 0)
        let (day, next) = machine.frame(at: 1_000, secondOfDay: 22 * 3600 - 60)
        #expect(day.brightness == 40)
        #expect(next == ms(60_000) + 1_000)
        #expect(machine.frame(at: 60_000_001_000, secondOfDay: 22 * 3600).0.brightness == 5)
    }

    @Test(
        "text that is no time of day is refused",
        arguments: ["24:00", "7", "7:5", "07:60", "a:bc", "-1:00", "07:00:00", ":30"])
    func mistakes(_ text: String) {
        #expect(throws: PanelError.badClockTime) { try brightness(text, "07:00") }
    }
}

@Suite("APA102 frames, byte for byte")
struct APA102Tests {
    private let red = Colour(red: 255, green: 0, blue: 0)

    @Test("three pixels: start, brightness, blue, green, red, latch, clocks")
    func threePixels() {
        let frame = LightFrame(
            pixels: [red, Colour(red: 1, green: 2, blue: 3), .white], brightness: 100)
        #expect(
            APA102.bytes(of: frame) == [
                0, 0, 0, 0,
                0xFF, 0, 0, 255,
                0xFF, 3, 2, 1,
                0xFF, 255, 255, 255,
                0, 0, 0, 0, 0,
            ])
    }

    @Test("the brightness is in the five bits, and a dark pixel has none")
    func brightness() {
        func head(_ percent: Int, _ colour: Colour) -> UInt8 {
            APA102.bytes(of: LightFrame(pixels: [colour], brightness: percent))[4]
        }
        #expect(head(100, red) == 0xE0 + 31)
        #expect(head(50, red) == 0xE0 + 16)
        #expect(head(1, red) == 0xE0 + 1, "a lit light is visible")
        #expect(head(0, red) == 0xE0)
        #expect(head(1_000, red) == 0xE0 + 31)
        #expect(head(100, .dark) == 0xE0)
    }

    @Test(
        "half a clock for each pixel after the latch",
        arguments: [(1, 1), (12, 1), (16, 1), (17, 2), (64, 4)])
    func tail(_ count: Int, _ clocks: Int) {
        let pixels = [Colour](repeating: .dark, count: count)
        let bytes = APA102.bytes(of: LightFrame(pixels: pixels, brightness: 100))
        #expect(bytes.count == 4 + 4 * count + 4 + clocks)
        #expect(bytes.suffix(4 + clocks).allSatisfy { $0 == 0 })
    }
}

@Suite("Actions of a button")
struct ButtonActionTests {
    @Test("an action is a word, or a tool with its arguments")
    func actions() throws {
        #expect(try ButtonAction("") == .nothing)
        #expect(try ButtonAction("talk") == .talk)
        #expect(try ButtonAction("volume_up") == .volumeUp)
        #expect(try ButtonAction("tool lamp") == .tool(name: "lamp", arguments: "{}"))
        #expect(
            try ButtonAction(#"tool switch_output {"name": "desk lamp"}"#)
                == .tool(name: "switch_output", arguments: #"{"name": "desk lamp"}"#))
    }

    @Test(
        "text that is no action is refused",
        arguments: ["Talk", "tool", "tool {}", "tool a b", "dance", "tool a {"])
    func mistakes(_ text: String) {
        #expect(throws: PanelError.self) { try ButtonAction(text) }
    }
}
