import ALSA
import GPIO
import Linux

/// Lists the names that the settings need.
struct DevicesList {
    func run() {
        if let trouble = PCMCatalogue.trouble() { say("\(trouble)\n") }
        if SoundCard.all().isEmpty {
            say("There is no sound card, or this account may not use it (group audio).\n")
        }
        show(.capture, setting: "[audio.capture] device")
        show(.playback, setting: "[audio.playback] device")
        showMixers()
        showLines()
        showLights()
    }

    private func say(_ text: String) { StandardStream.output.write(text + "\n") }

    private func show(_ direction: StreamDirection, setting: String) {
        let devices = PCMCatalogue.list(direction)
        say("\(direction == .capture ? "Microphones" : "Loudspeakers") (\(setting)):")
        if devices.isEmpty { say("  none") }
        for device in devices {
            let words = device.description.split(separator: "\n").joined(separator: ", ")
            let comment = words.isEmpty ? "" : "  # \(words)"
            say("  device = \"\(device.name)\"\(comment)")
        }
        say("")
    }

    private func showMixers() {
        let cards = Set(PCMCatalogue.list(.playback).compactMap(\.cardID)).sorted()
        say("Mixers:")
        if cards.isEmpty { say("  none: no card was found") }
        for card in cards {
            guard let mixer = try? Mixer(card: "hw:\(card)") else { continue }
            for element in mixer.elements() where element.hasPlaybackVolume {
                say("  hw:\(card)  \"\(element.name)\",\(element.index)")
            }
        }
        say("")
    }

    private func showLights() {
        let names = ClassLED.names(in: ClassLED.folder)
        let pixels = ((try? Files.list("/dev")) ?? []).filter { $0.hasPrefix("spidev") }
        guard !names.isEmpty || !pixels.isEmpty else { return }
        say("\nLights ([led]):")
        for name in names { say("  kind = \"class\", name = \"\(name)\"") }
        for device in pixels { say("  kind = \"apa102\", device = \"/dev/\(device)\"") }
    }

    private func showLines() {
        let chips = GPIOCatalogue.chips()
        say("GPIO ([button] line, [led] line, [[tool.gpio]] line):")
        if chips.isEmpty {
            say("  no chip was found: this machine has no GPIO")
        }
        for chip in chips {
            say("  \(chip.path) [\(chip.label)], \(chip.lines.count) lines")
            if let problem = chip.problem { say("    \(problem)") }
            for line in chip.lines where !line.name.isEmpty {
                let use = line.consumer.map { ", used by \($0)" } ?? ""
                say("    line = \"\(line.name)\"  # offset \(line.offset)\(use)")
            }
        }
    }
}
