package import Configuration
internal import Linux

/// What the doctor says of the machine itself: memory, heat, power, card, room on the disk, kernel.
///
/// What a machine has no file for is passed over; what cannot be read is said.
package struct MachineFindings: Sendable {
    /// Below this a conversation may not find the memory it needs (KiB).
    static let memoryKiB: Int64 = 48 << 10
    /// From here on a Raspberry Pi slows its processor (thousandths of a degree Celsius).
    static let hotMillidegrees: Int64 = 80_000
    /// Below this a day's recordings and journal may not fit (bytes).
    static let roomBytes: Int64 = 64 << 20
    /// The state of the memory's life from which it is worn: 80 to 90 percent are used.
    static let wornLife: Int64 = 9

    private let tree: SystemTree

    /// The machine whose files lie below a root; empty for this one.
    package init(root: String) { tree = SystemTree(root: root) }

    /// One for each thing that this machine says something of.
    package func all(_ settings: Settings) -> [Finding] {
        let folder = settings.toolStateDirectory ?? "/"
        let hasPrograms = settings.tools.contains { !$0.kind.programs.isEmpty }
        return memory + temperature + power + wear
            + room((try? Files.space(Self.existing(folder))).map(Room.init), at: folder)
            + (hasPrograms ? landlock(version: Confinement.landlockVersion) : [])
    }

    /// The nearest folder above that is there.
    private static func existing(_ folder: String) -> String {
        var place = folder
        while !place.isEmpty, !Files.exists(place) {
            place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        }
        return place.isEmpty ? "/" : place
    }

    // MARK: - Memory and heat

    var memory: [Finding] {
        let (name, subject) = ("machine.memory", "memory")
        switch tree.read("/proc/meminfo") {
        case .absent: return []
        case .unreadable(let words): return [unread(name, subject, words)]
        case .text(let text):
            let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
            let figure = line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
            guard let figure else {
                return [unread(name, subject, "/proc/meminfo names no MemAvailable")]
            }
            guard figure < Self.memoryKiB else {
                return [Finding(.works, name, subject, "\(figure / 1024) MiB are available")]
            }
            return [
                Finding(
                    .weak, "\(name).low", subject, "only \(figure / 1024) MiB are available",
                    remedy: .command("ps -eo rss,comm --sort=-rss | head"))
            ]
        }
    }

    var temperature: [Finding] {
        let (name, subject) = ("machine.temperature", "temperature")
        var (warmest, failure): (Int64?, String?) = (nil, nil)
        for zone in tree.entries("/sys/class/thermal", "thermal_zone") {
            switch tree.read("\(zone)/temp") {
            case .text(let text):
                guard let figure = Int64(text) else {
                    failure = "\(zone)/temp says '\(text)'"
                    continue
                }
                warmest = max(warmest ?? figure, figure)
            case .unreadable(let words): failure = words
            case .absent: break
            }
        }
        // A sensor of a part that is switched off cannot be read, which is as it should be.
        guard let warmest else { return failure.map { [unread(name, subject, $0)] } ?? [] }
        let degrees = "\(warmest / 1000) °C"
        guard warmest >= Self.hotMillidegrees else {
            return [Finding(.works, name, subject, "\(degrees) at the warmest place")]
        }
        return [
            Finding(
                .weak, "\(name).hot", subject, "\(degrees), at which the processor is slowed",
                remedy: .action("give it air or a heat sink, or take what heats it away"))
        ]
    }

    // MARK: - Power

    /// What the firmware of a Raspberry Pi says, or where it does not the kernel's sensor.
    var power: [Finding] {
        let path = "/sys/devices/platform/soc/soc:firmware/get_throttled"
        switch tree.read(path) {
        case .absent: return sensor
        case .unreadable(let words): return [unread("machine.power", "power", words)]
        case .text(let text):
            let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
            guard let flags = UInt32(digits, radix: 16) else {
                return [unread("machine.power", "power", "\(path) says '\(text)'")]
            }
            return Throttling(flags: flags).findings
        }
    }

    private var sensor: [Finding] {
        let (name, subject) = ("machine.power", "power")
        for folder in tree.entries("/sys/class/hwmon", "hwmon") {
            guard tree.read("\(folder)/name") == .text("rpi_volt") else { continue }
            switch tree.read("\(folder)/in0_lcrit_alarm") {
            case .text("0"): return [Finding(.works, name, subject, "no under-voltage")]
            case .text: return [Throttling.underVoltage("now")]
            case .unreadable(let words): return [unread(name, subject, words)]
            case .absent: break
            }
        }
        return []
    }

    // MARK: - Disk

    /// What an eMMC says of its life; a card in a slot mostly says nothing.
    var wear: [Finding] {
        let subject = "card"
        return tree.entries("/sys/block", "mmcblk").flatMap { block -> [Finding] in
            let name = "machine.wear"
            let life: [Int64]
            switch tree.read("\(block)/device/life_time") {
            case .absent: return []
            case .unreadable(let words): return [unread(name, subject, words)]
            case .text(let text): life = text.split(separator: " ").compactMap(Self.hexadecimal)
            }
            var reserve: Int64 = 0
            if case .text(let text) = tree.read("\(block)/device/pre_eol_info") {
                reserve = Self.hexadecimal(text[...]) ?? 0
            }
            // 0 stands for "not defined", of the life as of the reserve.
            guard let used = life.max(), used > 0 || reserve > 0 else { return [] }
            let percent = used > 10 ? "more than 100" : "up to \(used * 10)"
            let device = block.split(separator: "/").last.map(String.init) ?? block
            let evidence = "\(device) has used \(percent) percent of its life"
            guard used >= Self.wornLife || reserve >= 2 else {
                return [Finding(.works, name, subject, evidence)]
            }
            return [
                Finding(
                    .weak, "\(name).worn", subject, "the memory that the system is on is worn",
                    evidence: evidence
                        + (reserve >= 2 ? ", and its reserve is nearly used up" : ""),
                    remedy: .action("copy it to a new one before it fails"))
            ]
        }
    }

    private static func hexadecimal(_ text: Substring) -> Int64? {
        text.hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) : nil
    }

    /// Whether there is room where the state is kept; `space` nil: that cannot be known.
    func room(_ space: Room?, at folder: String) -> [Finding] {
        let (name, subject) = ("machine.disk", "disk")
        guard let space else { return [unread(name, subject, "\(folder) cannot be asked")] }
        if space.freeFiles == 0 {
            return [
                Finding(
                    .weak, "\(name).files", subject, "no more file can be made at \(folder)",
                    remedy: .command("df -i \(folder.quoted)"))
            ]
        }
        let free = "\(space.freeBytes >> 20) MiB of \(space.totalBytes >> 20) MiB are free"
        guard space.freeBytes < Self.roomBytes else {
            return [Finding(.works, name, subject, "\(free) at \(folder)")]
        }
        return [
            Finding(
                .weak, "\(name).low", subject, "only \(free) at \(folder)",
                remedy: .command("sudo journalctl --vacuum-size=50M; sudo apt-get clean"))
        ]
    }

    // MARK: - The kernel

    /// What holds the programs of tools; asked only where there are any.
    func landlock(version: Int) -> [Finding] {
        let (name, subject) = ("machine.landlock", "kernel")
        guard version == 0 else {
            return [Finding(.works, name, subject, "Landlock, version \(version), holds programs")]
        }
        switch tree.read("/sys/kernel/security/lsm") {
        case .text(let text) where !text.split(separator: ",").contains("landlock"):
            return [
                Finding(
                    .weak, "\(name).off", subject,
                    "Landlock, which holds programs, is not switched on",
                    evidence: "/sys/kernel/security/lsm: \(text)",
                    remedy: .action("write lsm=landlock,\(text) into the kernel's command line"))
            ]
        case .text, .absent, .unreadable:
            return [
                Finding(
                    .weak, "\(name).missing", subject, "there is no Landlock, which holds programs",
                    remedy: .action("take a kernel from 5.13 on that is built with it"))
            ]
        }
    }

    private func unread(_ name: String, _ subject: String, _ words: String) -> Finding {
        Finding(.unknown, name, subject, "cannot be read", evidence: words)
    }
}

/// The room on a disk.
struct Room: Sendable, Equatable {
    let totalBytes: Int64
    let freeBytes: Int64
    /// Files that can still be made; nil where there is no limit.
    let freeFiles: Int64?

    init(totalBytes: Int64, freeBytes: Int64, freeFiles: Int64?) {
        self.totalBytes = totalBytes
        self.freeBytes = freeBytes
        self.freeFiles = freeFiles
    }

    /// As the kernel has it.
    init(_ space: DiskSpace) {
        self.init(
            totalBytes: space.totalBytes, freeBytes: space.freeBytes, freeFiles: space.freeFiles)
    }
}

/// What the firmware of a Raspberry Pi says of power and heat.
///
/// The bits are those of `vcgencmd get_throttled`: 0 to 3 for now, 16 to 19 for the time since the
/// start.
struct Throttling: Sendable, Equatable {
    let flags: UInt32

    private static let underVoltage: UInt32 = 1
    private static let slowed: UInt32 = 0b1110
    private static let sinceStart: UInt32 = 16

    /// One for power and one for speed, or one that both are fine.
    var findings: [Finding] {
        var findings: [Finding] = []
        if let time = time(Self.underVoltage) { findings.append(Self.underVoltage(time)) }
        if let time = time(Self.slowed) {
            findings.append(
                Finding(
                    .weak, "machine.throttled", "processor", "it is, or was, slowed (\(time))",
                    evidence: "get_throttled: 0x\(String(flags, radix: 16))",
                    remedy: .action("see power and temperature, which are what it is slowed for")))
        }
        return findings.isEmpty
            ? [Finding(.works, "machine.power", "power", "no under-voltage since the start")]
            : findings
    }

    static func underVoltage(_ time: String) -> Finding {
        Finding(
            .weak, "machine.power.low", "power",
            "the voltage is, or was, too low (\(time)): sound crackles and cards fail",
            remedy: .action("take a stronger power supply and a short, thick cable"))
    }

    /// When one of the bits holds; nil: never.
    private func time(_ bits: UInt32) -> String? {
        if flags & bits != 0 { return "now" }
        return flags & (bits << Self.sinceStart) != 0 ? "since the start" : nil
    }
}
