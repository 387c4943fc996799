import Testing

@testable import Setup

@Suite("Brokers that announce themselves")
struct BrowseTests {
    /// As avahi-browse 0.8 writes it with --parsable --resolve.
    private static let output = #"""
        +;eth0;IPv6;Mosquitto\032on\032hub;_mqtt._tcp;local
        +;eth0;IPv4;Mosquitto\032on\032hub;_mqtt._tcp;local
        =;eth0;IPv6;Mosquitto\032on\032hub;_mqtt._tcp;local;hub.local;2001:db8::7;1883;"v=1"
        =;eth0;IPv4;Mosquitto\032on\032hub;_mqtt._tcp;local;hub.local;192.0.2.7;1883;"v=1;x"
        =;eth0;IPv6;K\195\188che;_mqtt._tcp;local;k.local;fe80::1;1883;
        =;eth0;IPv4;K\195\188che;_mqtt._tcp;local;k.local;192.0.2.9;8883;
        =;eth0;IPv4;bad;_mqtt._tcp;local;k.local;192.0.2.9;99999;
        =;eth0;IPv4;short
        """#

    @Test("each is named once, by its IPv4 address, with the names as people wrote them")
    func servers() {
        #expect(
            ServiceBrowse.servers(in: Self.output) == [
                FoundServer(name: "Mosquitto on hub", host: "192.0.2.7", port: 1883),
                FoundServer(name: "Küche", host: "192.0.2.9", port: 8883),
            ])
    }

    @Test("more than a screen of them are not offered, and broken escapes are harmless")
    func odd() {
        let many = (0..<100).map { "=;e;IPv4;n\($0);_mqtt._tcp;local;h;192.0.2.1;1883;" }
        #expect(
            ServiceBrowse.servers(in: many.joined(separator: "\n")).count == ServiceBrowse.limit)
        for text in [#"a\"#, #"a\1"#, #"a\999"#, #"\\x"#] {
            let line = "=;e;IPv4;\(text);_mqtt._tcp;local;h;192.0.2.1;1883;"
            #expect(ServiceBrowse.servers(in: line).count == 1, "\(text)")
        }
    }

    @Test("a host is taken with or without a port")
    func typed() {
        #expect(BrokerStep.server("hub.local").port == 0)
        #expect(BrokerStep.server("hub.local:8883").host == "hub.local")
        #expect(BrokerStep.server("hub.local:8883").port == 8883)
        // An IPv6 address is a host.
        #expect(BrokerStep.server("2001:db8::7").host == "2001:db8::7")
    }
}
