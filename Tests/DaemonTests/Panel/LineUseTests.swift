import AllToolKinds
import Configuration
import Testing

@testable import Daemon
@testable import GPIO

/// A GPIO line has one use.
struct LineUseTests {
    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("m", text)])
    }

    private static let tool = "[[tool.gpio]]\nname = \"NAME\"\ndescription = \"b\"\n"

    /// Everything that uses a line, with the text that makes it do so.
    private static let takers: [(label: String, text: String)] = [
        ("button.line", "[button]\nline = \"LINE\"\n"),
        ("mute_switch.line", "[mute_switch]\nline = \"LINE\"\n"),
        ("led.line", "[led]\nline = \"LINE\"\n"),
        (
            "led.data_line",
            "[led]\nkind = \"apa102\"\nclock_line = \"GPIO5\"\ndata_line = \"LINE\"\n"
        ),
        (
            "led.clock_line",
            "[led]\nkind = \"apa102\"\ndata_line = \"GPIO5\"\nclock_line = \"LINE\"\n"
        ),
        ("led.power_line", "[led]\npower_line = \"LINE\"\n"),
        ("output lamp", tool.replacing("NAME", with: "lamp") + "line = \"LINE\"\n"),
        (
            "input window",
            tool.replacing("NAME", with: "window") + "direction = \"input\"\nline = \"LINE\"\n"
        ),
        ("button 'bell'", "[[button]]\nname = \"bell\"\npress = \"talk\"\nline = \"LINE\"\n"),
    ]

    @Test("two uses of one line are a mistake that names both, whatever each calls it")
    func anyTwoUsesOfOne()
        throws
    {
        let names = ["GPIO6", "gpiochip0:6", "pinctrl-bcm2711:6", "PIN31"]
        var count = 0
        for (index, one) in Self.takers.enumerated() {
            for other in Self.takers[(index + 1)...] {
                // A table that both have is written once.
                let head = one.text.prefix { $0 != "\n" }
                guard head.hasPrefix("[[") || !other.text.hasPrefix(head),
                    !(one.label.hasPrefix("button") && other.label.hasPrefix("button"))
                else { continue }
                for (first, second) in zip(names, names.dropFirst() + names.prefix(1)) {
                    let text =
                        one.text.replacing("LINE", with: first)
                        + other.text.replacing("LINE", with: second)
                    let settings = try settings(text)
                    let found = settings.lineMistakes([])
                    #expect(found.count == 1, "\(text): \(found)")
                    let words = found.first?.description ?? ""
                    #expect(words.contains(one.label) && words.contains(other.label), "\(words)")
                    #expect(words.contains("(m:"), "\(words)")
                    count += 1
                }
                let apart = try settings(
                    one.text.replacing("LINE", with: "GPIO6")
                        + other.text.replacing("LINE", with: "GPIO7"))
                #expect(apart.lineMistakes([]).isEmpty)
            }
        }
        #expect(count > 80)
    }

    @Test("a conflict with a default's line is reported by that default")
    func aLineThatTheDefault() throws {
        let found = try settings(
            Self.tool.replacing("NAME", with: "lamp") + "line = \"GPIO17\"\n"
        ).lineMistakes([])
        #expect(found.first?.description.contains("button.line (the default)") == true)
        #expect(found.first?.position?.line == 1)
        let none = try settings(
            "[conversation]\nmode = \"hands-free\"\n[button]\nsource = \"none\"\n"
                + Self.tool.replacing("NAME", with: "lamp") + "line = \"GPIO17\"\n")
        #expect(none.lineMistakes([]).isEmpty)
    }

    /// The first chip of a Raspberry Pi.
    private static func chips(holding holders: [UInt32: String] = [:]) -> [ChipDescription] {
        let lines = (UInt32(0)..<28).map { offset in
            LineDescription(
                offset: offset, name: "GPIO\(offset)", consumer: holders[offset], isOutput: false)
        }
        return [
            ChipDescription(
                path: "/dev/gpiochip0", name: "gpiochip0", label: "pinctrl-bcm2711", lines: lines,
                problem: nil)
        ]
    }

    @Test("a missing line, a missing chip and a missing board are each reported")
    func aLineAChipAnd() throws {
        let all = try settings(
            "[button]\nline = \"PIN11\"\n[mute_switch]\nline = \"gpiochip7:1\"\n"
                + Self.tool.replacing("NAME", with: "lamp") + "line = \"GPIO99\"\n")
        let own = all.lineWarnings(Self.chips(), ofTools: false).map(\.description)
        #expect(own.count == 2)
        #expect(own.contains { $0.contains("mute_switch.line") && $0.contains("gpiochip7:1") })
        #expect(own.contains { $0.contains("button.line is \"PIN11\"") && $0.contains("GPIO17") })
        let tools = all.lineWarnings(Self.chips(), ofTools: true).map(\.description)
        #expect(tools.count == 1)
        #expect(tools.first?.contains("output lamp: there is no GPIO line GPIO99") == true)
        let absent = all.lineWarnings([], ofTools: true).map(\.description)
        #expect(absent.count == 1)
        #expect(absent.first?.contains("no GPIO chip") == true)
        #expect(absent.first?.contains("output lamp") == true)
    }

    @Test("the doctor reports each line and the light, and who holds one")
    func theDoctorSpeaksOfEach() throws {
        let all = try settings(
            "[button]\nline = \"GPIO4\"\n[led]\nkind = \"class\"\nname = \"nosuch\"\n"
                + Self.tool.replacing("NAME", with: "lamp") + "line = \"GPIO27\"\n"
                + Self.tool.replacing("NAME", with: "fan") + "line = \"GPIO99\"\n")
        let found = PanelFindings.all(
            all, chips: Self.chips(holding: [27: "w1"]), lights: ["ACT", "PWR"])
        func finding(_ subject: String) -> Finding? { found.first { $0.subject == subject } }
        #expect(finding("button.line")?.grade == .works)
        #expect(finding("output lamp")?.grade == .broken)
        #expect(finding("output lamp")?.name == "line.held")
        #expect(finding("output lamp")?.text.contains("w1 holds it") == true)
        #expect(finding("output fan")?.grade == .broken)
        #expect(finding("output fan")?.name == "line.missing")
        #expect(finding("led.name")?.grade == .broken)
        #expect(finding("led.name")?.name == "light.kernel.missing")
        #expect(finding("led.name")?.text.contains("ACT, PWR") == true)
        let bare = PanelFindings.all(all, chips: [], lights: [])
        #expect(bare.filter { $0.grade == .broken }.count == 4)
    }
}
