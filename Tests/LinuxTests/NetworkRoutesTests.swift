import Testing

@testable import Linux

@Suite struct NetworkRoutesTests {
    private let header =
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

    @Test("a default route leads out, one to the local network does not")
    func four() {
        let local = "eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
        let out = "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        #expect(!NetworkRoutes.leadOut(four: ""))
        #expect(!NetworkRoutes.leadOut(four: header))
        #expect(!NetworkRoutes.leadOut(four: header + local))
        #expect(NetworkRoutes.leadOut(four: header + local + out))
    }

    @Test("a route that is down leads nowhere")
    func down() {
        let route = "eth0\t00000000\t0100A8C0\t0002\t0\t0\t100\t00000000\t0\t0\t0\n"
        #expect(!NetworkRoutes.leadOut(four: header + route))
    }

    @Test("the kernel's own unreachable route is no way out")
    func six() {
        let zero = String(repeating: "0", count: 32)
        let nowhere =
            "\(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200200       lo\n"
        let rejected =
            "\(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200201     eth0\n"
        let out =
            "\(zero) 00 \(zero) 00 fe80000000000000000000000000001 "
            + "00000400 00000001 00000000 00000003     eth0\n"
        #expect(!NetworkRoutes.leadOut(six: nowhere))
        #expect(!NetworkRoutes.leadOut(six: nowhere + rejected))
        #expect(NetworkRoutes.leadOut(six: nowhere + out))
    }

    @Test("truncated and garbled tables lead nowhere")
    func garbled() {
        for text in ["\n\n", "eth0", "a b c d e f g h", "eth0 00000000 0 zz 0 0 0 00000000"] {
            #expect(!NetworkRoutes.leadOut(four: header + text))
            #expect(!NetworkRoutes.leadOut(six: text))
        }
    }
}
