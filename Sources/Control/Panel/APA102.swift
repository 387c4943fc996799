/// The wire format of APA102 and SK9822 pixels, which Adafruit calls DotStar.
///
/// According to "APA102 RGB Full Color LED control IC", APA Electronic, and Tim Böscke's published
/// measurements of their latching: 32 zero bits start a frame; each pixel takes 32 bits, three
/// ones, five bits of brightness, then blue, green and red; SK9822 shows its data with the next 32
/// zero bits; and the last pixel needs half a clock more for each pixel before it.
package enum APA102 {
    /// The most pixels of a light; no voice board has more than 12.
    package static let pixelLimit = 64

    /// The bytes that show a frame, for an SPI in mode 0, most significant bit first.
    package static func bytes(of frame: LightFrame) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        let level = level(frame.brightness)
        for pixel in frame.pixels {
            let lit = pixel == .dark ? 0 : level
            bytes += [0xE0 | lit, pixel.blue, pixel.green, pixel.red]
        }
        bytes += [0, 0, 0, 0]
        bytes += [UInt8](repeating: 0, count: (frame.pixels.count + 15) / 16)
        return bytes
    }

    /// Percent as 0 to 31; more than 0 percent is never dark.
    private static func level(_ percent: Int) -> UInt8 {
        percent <= 0 ? 0 : UInt8(max(1, min(31, (percent * 31 + 50) / 100)))
    }
}
