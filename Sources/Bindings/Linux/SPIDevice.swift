private import CLinux
private import Glibc

/// The sending half of an SPI device (spidev): mode 0, eight bits, most significant first.
///
/// A file or a pipe works as well, so that the sent bytes can be inspected.
///
/// ## Concurrency
/// One caller at a time, on any thread; a write takes as long as the bytes do on the wire.
package final class SPIDevice: Sendable {
    private let path: String
    private let file: FileDescriptor

    /// Opens a device such as "/dev/spidev0.0" and sets it up.
    ///
    /// The corresponding C functions are `open` and `ioctl` with `SPI_IOC_WR_MODE`,
    /// `SPI_IOC_WR_BITS_PER_WORD` and `SPI_IOC_WR_MAX_SPEED_HZ`.
    package init(_ path: String, speedHertz: UInt32) throws(SystemError) {
        let descriptor = try SystemError.check("open", path) { open(path, O_RDWR | O_CLOEXEC) }
        file = FileDescriptor(adopting: descriptor)
        self.path = path
        try SystemError.check("ioctl", path) { martlet_spi_setup(descriptor, speedHertz) }
    }

    /// Sends bytes in one transfer; at most 4096, the driver's buffer.
    ///
    /// The corresponding C function is `write`.
    package func send(_ bytes: [UInt8]) throws(SystemError) {
        let descriptor = file.rawValue
        let sent = try SystemError.check("write", path) {
            bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
        // A driver takes a whole transfer or none.
        if sent != bytes.count { throw SystemError(call: "write \(path)", code: EIO) }
    }
}
