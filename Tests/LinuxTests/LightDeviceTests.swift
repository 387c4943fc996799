import Glibc
import Linux
import Testing

@Suite("Devices that light up")
struct LightDeviceTests {
    /// A light as the kernel shows it, with the files that the case needs.
    private func light(
        _ files: [String: String]
    ) throws -> (folder: TemporaryFolder, read: (String) throws -> String) {
        let folder = try TemporaryFolder()
        try Files.makeDirectory("\(folder.path)/lamp", mode: 0o700)
        for (name, text) in files {
            try Files.writeAtomically("\(folder.path)/lamp/\(name)", Array(text.utf8), mode: 0o600)
        }
        return (
            folder,
            { name in
                let bytes = try Files.read("\(folder.path)/lamp/\(name)", limitBytes: 100)
                return String(decoding: bytes, as: UTF8.self)
            }
        )
    }

    @Test("a light of one colour takes the brightest component, in its own steps")
    func single() throws {
        let (folder, read) = try light([
            "max_brightness": "127\n", "brightness": "0\n", "trigger": "[mmc0] none\n",
        ])
        let led = try ClassLED("lamp", in: folder.path)
        #expect(try read("trigger") == "none", "the kernel no longer blinks it")
        try led.set(red: 10, green: 255, blue: 0)
        #expect(try read("brightness") == "127")
        try led.set(red: 1, green: 0, blue: 0)
        #expect(try read("brightness") == "1", "a lit light is visible")
        try led.set(red: 0, green: 0, blue: 0)
        #expect(try read("brightness") == "0")
    }

    @Test("what the kernel did with a light is put back after it was used")
    func keptLight() throws {
        let (folder, read) = try light([
            "max_brightness": "255\n", "brightness": "12\n", "trigger": "none timer [mmc0] cpu\n",
            "multi_index": "red green\n", "multi_intensity": "7 9\n",
        ])
        let kept = try ClassLED.Kept("lamp", in: folder.path)
        let led = try ClassLED("lamp", in: folder.path)
        try led.set(red: 255, green: 255, blue: 255)
        #expect(try read("trigger") == "none")
        kept.restore()
        #expect(try read("trigger") == "mmc0")
        #expect(try read("brightness") == "12")
        #expect(try read("multi_intensity") == "7 9")
        #expect(throws: SystemError.self) { _ = try ClassLED.Kept("other", in: folder.path) }
    }

    @Test("a light of one step is on or off")
    func oneStep() throws {
        let (folder, read) = try light(["max_brightness": "1\n", "brightness": "0\n"])
        try ClassLED("lamp", in: folder.path).set(red: 30, green: 0, blue: 0)
        #expect(try read("brightness") == "1")
    }

    @Test("a light of several colours gets its components in the order that it names")
    func several() throws {
        let (folder, read) = try light([
            "max_brightness": "255\n", "brightness": "0\n", "multi_index": "green blue red white\n",
            "multi_intensity": "0 0 0 0\n",
        ])
        try ClassLED("lamp", in: folder.path).set(red: 3, green: 1, blue: 2)
        #expect(try read("multi_intensity") == "1 2 3 0")
        #expect(try read("brightness") == "255")
    }

    @Test("a missing light is an error that names it, and no file is created")
    func missing() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lamp"
        #expect(throws: SystemError(call: "open \(path)/max_brightness", code: ENOENT)) {
            _ = try ClassLED("lamp", in: folder.path)
        }
        #expect(throws: SystemError(call: "open \(path)", code: ENOENT)) {
            try Files.overwrite(path, "1")
        }
        #expect(try Files.list(folder.path).isEmpty)
    }

    @Test("setting a light that was unplugged is an error")
    func pulledOut() throws {
        let (folder, _) = try light(["max_brightness": "1\n", "brightness": "0\n"])
        let led = try ClassLED("lamp", in: folder.path)
        try Files.removeTree("\(folder.path)/lamp")
        #expect(throws: SystemError.self) { try led.set(red: 1, green: 0, blue: 0) }
        #expect(ClassLED.names(in: folder.path).isEmpty)
    }

    @Test("a pipe gets the bytes that an SPI device would get")
    func pipe() throws {
        let folder = try TemporaryFolder()
        let pipe = try Files.makePipe("\(folder.path)/spi", mode: 0o600)
        let device = try SPIDevice("\(folder.path)/spi", speedHertz: 1_000_000)
        try device.send([0, 0xE1, 255])
        #expect(try pipe.read(limit: 10) == [0, 0xE1, 255])
    }

    @Test("an SPI device that is missing or refuses is an error that names it")
    func troubledSPI() {
        #expect(throws: SystemError(call: "open /dev/spidev99.0", code: ENOENT)) {
            _ = try SPIDevice("/dev/spidev99.0", speedHertz: 1_000_000)
        }
        SystemError.$forced.withValue(["ioctl": EINVAL]) {
            #expect(throws: SystemError(call: "ioctl /dev/null", code: EINVAL)) {
                _ = try SPIDevice("/dev/null", speedHertz: 1)
            }
        }
    }
}
