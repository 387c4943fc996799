private import Glibc

/// A light of the kernel's LED class, of one colour or of several.
///
/// After Documentation/leds/leds-class.rst and leds-class-multicolor.rst of the kernel. Nothing is
/// kept open: the attributes are files that take a whole value each time they are opened, so a
/// light that was removed and came back simply works again.
///
/// ## Concurrency
/// Any thread but a real-time one may call it; a call takes some tens of microseconds.
package struct ClassLED: Sendable {
    /// Where the kernel shows its lights.
    package static let folder = "/sys/class/leds"

    private static let limitBytes = 256

    private let path: String
    private let maximum: Int
    /// The parts of a light of several colours, in its own order.
    private let parts: [String]

    /// Takes the light from the kernel's own triggers; `folder` holds the lights by their names.
    package init(_ name: String, in folder: String) throws(SystemError) {
        path = "\(folder)/\(name)"
        let text = try Self.read("\(path)/max_brightness")
        maximum = Int(text).map { max(1, $0) } ?? 255
        let index = "\(path)/multi_index"
        parts =
            Files.exists(index)
            ? try Self.read(index).split(separator: " ").map(String.init) : []
        // A light without triggers has no such file.
        if Files.exists("\(path)/trigger") { try Files.overwrite("\(path)/trigger", "none") }
    }

    /// The names of the lights in a folder, sorted; none where there is no such folder.
    package static func names(in folder: String) -> [String] {
        (try? Files.list(folder)) ?? []
    }

    /// Lights it: each part is 0 to 255.
    ///
    /// A light of a single colour uses the brightest of them.
    package func set(red: UInt8, green: UInt8, blue: UInt8) throws(SystemError) {
        guard !parts.isEmpty else {
            return try set(brightness: Int(max(red, green, blue)))
        }
        let levels = parts.map { part in
            switch part {
            case "red": "\(Int(red) * maximum / 255)"
            case "green": "\(Int(green) * maximum / 255)"
            case "blue": "\(Int(blue) * maximum / 255)"
            // White and amber beside the three: they would only falsify the colour.
            default: "0"
            }
        }
        try Files.overwrite("\(path)/multi_intensity", levels.joined(separator: " "))
        try set(brightness: 255)
    }

    /// Sets 0 to 255; a value above 0 is not rounded to dark.
    private func set(brightness: Int) throws(SystemError) {
        let level = brightness == 0 ? 0 : max(1, brightness * maximum / 255)
        try Files.overwrite("\(path)/brightness", "\(level)")
    }

    private static func read(_ path: String) throws(SystemError) -> String {
        let bytes = try Files.read(path, limitBytes: limitBytes)
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

extension ClassLED {
    /// What the kernel does with a light, to be put back after it was used.
    package struct Kept: Sendable {
        private static let limitBytes = 16 << 10

        private let path: String
        private let brightness: String
        /// The trigger; nil where it has none.
        private let trigger: String?
        /// The parts of a light of several colours.
        private let intensity: String?

        /// Reads it; nothing is changed.
        package init(_ name: String, in folder: String) throws(SystemError) {
            path = "\(folder)/\(name)"
            brightness = try Self.read("\(path)/brightness")
            // The one in brackets: "none [mmc0] timer".
            let triggers = try? Self.read("\(path)/trigger")
            trigger = triggers?.split(separator: " ").first { $0.hasPrefix("[") }.map {
                String($0.dropFirst().prefix { $0 != "]" })
            }
            intensity = try? Self.read("\(path)/multi_intensity")
        }

        /// Puts it back; what cannot be is left.
        package func restore() {
            if let intensity { try? Files.overwrite("\(path)/multi_intensity", intensity) }
            try? Files.overwrite("\(path)/brightness", brightness)
            // After the brightness, which would end a trigger where it is 0.
            if let trigger { try? Files.overwrite("\(path)/trigger", trigger) }
        }

        private static func read(_ path: String) throws(SystemError) -> String {
            let bytes = try Files.read(path, limitBytes: limitBytes)
            return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
    }
}
