import Configuration
import Linux
import Testing

@testable import Daemon

/// What the doctor says of a machine whose kernel's files are a test's.
@Suite("The doctor reads the kernel's files")
final class MachineFindingsTests {
    private let root: String

    init() throws { root = try Files.makeTemporaryDirectory(prefix: "martlet-machine") }

    deinit { try? Files.removeTree(root) }

    private func write(_ path: String, _ text: String) throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try Files.makeDirectory("\(root)/\(folder)", mode: 0o755)
        try Files.writeAtomically("\(root)\(path)", Array(text.utf8), mode: 0o644)
    }

    private var machine: MachineFindings { MachineFindings(root: root) }

    private func shown(_ findings: [Finding]) -> [String] {
        findings.map { "\($0.grade) \($0.name)" }
    }

    @Test("a machine that has none of the files is not blamed for it")
    func nothing() {
        let machine = machine
        #expect(machine.memory.isEmpty && machine.temperature.isEmpty)
        #expect(machine.power.isEmpty && machine.wear.isEmpty)
    }

    @Test("a file that cannot be read is distinguished from one that does not exist")
    func unreadable() throws {
        // A folder in a file's place is as unreadable for root as for others.
        for path in [
            "/proc/meminfo", "/sys/class/thermal/thermal_zone0/temp",
            "/sys/devices/platform/soc/soc:firmware/get_throttled",
            "/sys/block/mmcblk0/device/life_time",
        ] {
            try Files.makeDirectory("\(root)\(path)", mode: 0o755)
        }
        let found = machine.memory + machine.temperature + machine.power + machine.wear
        #expect(
            shown(found) == [
                "unknown machine.memory", "unknown machine.temperature", "unknown machine.power",
                "unknown machine.wear",
            ])
        #expect(found.allSatisfy { $0.evidence?.contains("Is a directory") == true }, "\(found)")
    }

    /// As proc_meminfo(5) shows it.
    private static func meminfo(availableKiB: Int) -> String {
        """
        MemTotal:         948304 kB
        MemFree:           27552 kB
        MemAvailable:     \(availableKiB) kB
        Buffers:           41288 kB

        """
    }

    @Test("memory is judged by what is available, not by what is free")
    func memory() throws {
        try write("/proc/meminfo", Self.meminfo(availableKiB: 623_104))
        #expect(shown(machine.memory) == ["works machine.memory"])
        #expect(machine.memory.first?.result == "608 MiB are available")
        try write("/proc/meminfo", Self.meminfo(availableKiB: 20_480))
        #expect(shown(machine.memory) == ["weak machine.memory.low"])
        try write("/proc/meminfo", "MemTotal: 1 kB\n")
        #expect(shown(machine.memory) == ["unknown machine.memory"])
    }

    @Test("the warmest zone counts, and one of a part that is switched off does not")
    func temperature() throws {
        // Thousandths of a degree (thermal's sysfs-api), which may be below zero.
        try write("/sys/class/thermal/thermal_zone0/temp", "-5000\n")
        try write("/sys/class/thermal/thermal_zone1/temp", "48312\n")
        try Files.makeDirectory("\(root)/sys/class/thermal/thermal_zone2/temp", mode: 0o755)
        #expect(shown(machine.temperature) == ["works machine.temperature"])
        #expect(machine.temperature.first?.result.hasPrefix("48 °C") == true)
        try write("/sys/class/thermal/thermal_zone1/temp", "82123\n")
        #expect(shown(machine.temperature) == ["weak machine.temperature.hot"])
    }

    @Test(
        "under-voltage and throttling are those of the firmware's bits",
        arguments: [
            ("0\n", ["works machine.power"], ""),
            ("50005\n", ["weak machine.power.low", "weak machine.throttled"], "now"),
            ("0x50000\n", ["weak machine.power.low", "weak machine.throttled"], "since the start"),
            ("e0000\n", ["weak machine.throttled"], "since the start"),
            ("8\n", ["weak machine.throttled"], "now"),
            ("nonsense\n", ["unknown machine.power"], ""),
        ])
    func throttled(text: String, expected: [String], time: String) throws {
        try write("/sys/devices/platform/soc/soc:firmware/get_throttled", text)
        let found = machine.power
        #expect(shown(found) == expected)
        #expect(found.allSatisfy { $0.grade != .weak || $0.result.contains("(\(time))") })
    }

    @Test("where the firmware says nothing, the kernel's sensor of the voltage does")
    func sensor() throws {
        // Documentation/hwmon/raspberrypi-hwmon.rst
        try write("/sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
        try write("/sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n")
        try write("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
        try write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
        #expect(shown(machine.power) == ["works machine.power"])
        try write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
        #expect(shown(machine.power) == ["weak machine.power.low"])
    }

    @Test(
        "the wear of an eMMC is read as JEDEC's tenths",
        arguments: [
            ("0x01 0x02\n", "0x01\n", ["works machine.wear"], "up to 20 percent"),
            ("0x09 0x01\n", "0x01\n", ["weak machine.wear.worn"], "up to 90 percent"),
            ("0x0b 0x01\n", "0x01\n", ["weak machine.wear.worn"], "more than 100 percent"),
            ("0x02 0x02\n", "0x03\n", ["weak machine.wear.worn"], "reserve is nearly used up"),
            ("0x00 0x00\n", "0x00\n", [], ""),
        ])
    func wear(life: String, reserve: String, expected: [String], words: String) throws {
        try write("/sys/block/mmcblk0/device/life_time", life)
        try write("/sys/block/mmcblk0/device/pre_eol_info", reserve)
        // A card in a slot, which has neither file.
        try write("/sys/block/mmcblk1/device/type", "SD\n")
        let found = machine.wear
        #expect(shown(found) == expected)
        #expect(found.allSatisfy { $0.text.contains(words) }, "\(found)")
    }

    @Test("a disk with little room, and one that holds no more files, are distinguished")
    func room() {
        func found(_ free: Int64, files: Int64?) -> [String] {
            shown(
                machine.room(
                    Room(totalBytes: 8 << 30, freeBytes: free, freeFiles: files), at: "/x"))
        }
        #expect(found(4 << 30, files: nil) == ["works machine.disk"])
        #expect(found(4 << 30, files: 0) == ["weak machine.disk.files"])
        #expect(found(1 << 20, files: 10) == ["weak machine.disk.low"])
        #expect(shown(machine.room(nil, at: "/x")) == ["unknown machine.disk"])
    }

    @Test("a kernel without Landlock is distinguished from one where it is not switched on")
    func landlock() throws {
        #expect(shown(machine.landlock(version: 3)) == ["works machine.landlock"])
        #expect(shown(machine.landlock(version: 0)) == ["weak machine.landlock.missing"])
        try write("/sys/kernel/security/lsm", "lockdown,capability,yama,apparmor\n")
        #expect(shown(machine.landlock(version: 0)) == ["weak machine.landlock.off"])
        try write("/sys/kernel/security/lsm", "capability,landlock\n")
        #expect(shown(machine.landlock(version: 0)) == ["weak machine.landlock.missing"])
    }

    @Test("this machine's own files are read without complaint")
    func this() {
        let found = MachineFindings(root: "").all(Settings())
        #expect(found.contains { $0.name.hasPrefix("machine.memory") && $0.grade != .unknown })
        #expect(found.contains { $0.name.hasPrefix("machine.disk") && $0.grade != .unknown })
    }
}
