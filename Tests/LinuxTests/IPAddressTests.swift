import Linux
import Testing

@Suite("Classes of internet addresses")
struct IPAddressTests {
    @Test(
        "loopback, local networks, multicast and unspecified are not the internet",
        arguments: [
            "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
            "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.168.178.1",
            "198.18.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255", "::", "::1",
            "fe80::1", "febf::1", "fc00::1", "fd12:3456::1", "ff02::fb", "2001:db8::1", "2001::1",
            "::ffff:127.0.0.1", "::ffff:192.168.1.1", "64:ff9b::10.0.0.1", "2002:7f00:1::1",
            "2002:c0a8:101::1", "::7f00:1",
        ])
    func inside(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic == false)
    }

    @Test(
        "addresses next to those blocks are the internet",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1",
            "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.0.1", "192.169.0.1",
            "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8", "2002:808:808::1",
        ])
    func outside(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test(
        "a name, and text that only looks like an address, is none",
        arguments: [
            "", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "256.1.1.1",
            "[::1]", "fe80::1%lo", "1.2.3.4 ",
        ])
    func names(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("it is shown as it is written")
    func shown() throws {
        for text in ["127.0.0.1", "2606:4700::1111"] {
            #expect(try #require(IPAddress(text)).description == text)
        }
    }
}
