import Linux
import Synchronization
import TestSockets
import TestInputs
import Testing

@testable import WebSockets

/// A name service whose answers, and their times, a test decides.
final class ScriptedNames: Sendable {
    private let gate = Mutex<[String: EventFD]>([:])
    let asked = Shared<[String]>([])
    private let answers: Shared<[String: Result<[String], NameLookup.Failure>]>

    init(_ answers: [String: Result<[String], NameLookup.Failure>]) {
        self.answers = Shared(answers)
    }

    deinit { for event in gate.withLock({ $0.values.map(\.self) }) { event.signal() } }

    func set(_ name: String, _ answer: Result<[String], NameLookup.Failure>) {
        answers.withLock { $0[name] = answer }
    }

    /// Look-ups of this name are silent until `answer`.
    func silence(_ name: String) throws {
        let event = try EventFD()
        gate.withLock { $0[name] = event }
    }

    /// Answers the waiting look-ups of a name.
    func answer(_ name: String) {
        gate.withLock { $0.removeValue(forKey: name) }?.signal()
    }

    func lookup(_ name: String) -> Result<[String], NameLookup.Failure> {
        asked.withLock { $0.append(name) }
        if let event = gate.withLock({ $0[name] }) {
            _ = event.wait(timeoutMilliseconds: 20_000)
        }
        return answers.withLock { $0[name] } ?? .failure(.unknown)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct NameResolverTests {
    private func result(
        _ resolver: NameResolver, _ name: String
    ) async -> Result<[String], NameLookup.Failure> {
        await withCheckedContinuation { continuation in
            resolver.find(name) { continuation.resume(returning: $0) }
        }
    }

    @Test("numeric addresses and names of the hosts file are found by the system")
    func numericAddressesAndNamesOf() throws {
        #expect(try NameLookup.addresses(of: "127.0.0.1") == ["127.0.0.1"])
        #expect(try NameLookup.addresses(of: "::1") == ["::1"])
        let local = try NameLookup.addresses(of: "localhost")
        #expect(local.allSatisfy { $0 == "127.0.0.1" || $0 == "::1" } && !local.isEmpty)
    }

    @Test(
        "an invalid name is an answer, not a crash",
        arguments: ["", " ", "a..b", ".", "\u{1}", String(repeating: "x", count: 5000), "ö…"])
    func aNameThatIsNone(name: String) {
        #expect(throws: NameLookup.Failure.self) { try NameLookup.addresses(of: name) }
    }

    @Test("many requests for one name share one look-up")
    func manyWhoAskForOne() async throws {
        let names = ScriptedNames(["a": .success(["192.0.2.1"])])
        try names.silence("a")
        let resolver = NameResolver { names.lookup($0) }
        let (stream, continuation) = AsyncStream<[String]>.makeStream()
        for _ in 0..<10 { resolver.find("a") { continuation.yield((try? $0.get()) ?? []) } }
        names.answer("a")
        var iterator = stream.makeAsyncIterator()
        for _ in 0..<10 { #expect(await iterator.next() == ["192.0.2.1"]) }
        #expect(names.asked.withLock { $0.count } == 1)
    }

    @Test("endless look-ups are bounded, and a later request is not left waiting")
    func lookUpsThatNeverEnd()
        async throws
    {
        let names = ScriptedNames([:])
        let resolver = NameResolver { names.lookup($0) }
        for number in 0..<NameResolver.lookupLimit {
            try names.silence("stuck\(number)")
            resolver.find("stuck\(number)") { _ in }
        }
        guard case .failure(.unavailable) = await result(resolver, "another") else {
            Issue.record("it was looked up, or not answered")
            return
        }
        #expect(!names.asked.withLock { $0 }.contains("another"))
        for number in 0..<NameResolver.lookupLimit { names.answer("stuck\(number)") }
    }

    @Test("an address bridges an outage for a day, and one of a removed name is forgotten")
    func whatWasFoundBridgesAn()
        async
    {
        let names = ScriptedNames(["a": .success(["192.0.2.1", "2001:db8::1"])])
        let clock = Shared<Int64>(5)
        let resolver = NameResolver {
            names.lookup($0)
        } now: {
            clock.withLock { $0 }
        }
        #expect(resolver.remembered("a") == nil)
        _ = await result(resolver, "a")
        names.set("a", .failure(.unavailable("no server")))
        _ = await result(resolver, "a")
        #expect(resolver.remembered("a") == ["192.0.2.1", "2001:db8::1"])
        clock.withLock { $0 += NameResolver.memoryNanoseconds }
        #expect(resolver.remembered("a") != nil)
        clock.withLock { $0 += 1 }
        #expect(resolver.remembered("a") == nil)
        clock.withLock { $0 = 6 }
        names.set("a", .failure(.unknown))
        _ = await result(resolver, "a")
        #expect(resolver.remembered("a") == nil)
    }

    @Test("the cache is bounded, in names and in addresses")
    func whatIsRememberedIsBounded() async {
        let many = (0..<100).map { "192.0.2.\($0)" }
        let resolver = NameResolver { _ in .success(many) }
        for number in 0..<(2 * NameResolver.memoryLimit) {
            _ = await result(resolver, "n\(number)")
        }
        let known = (0..<(2 * NameResolver.memoryLimit)).compactMap {
            resolver.remembered("n\($0)")
        }
        #expect(known.count == NameResolver.memoryLimit)
        #expect(known.allSatisfy { $0.count == NameResolver.addressLimit })
    }

    @Test(
        "address families alternate, each in the system's order",
        arguments: 1...50 as ClosedRange<UInt64>)
    func theKindsOfAddressesTake(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...8, using: &generator)
        let addresses = (0..<count).map {
            Bool.random(using: &generator) ? "192.0.2.\($0)" : "2001:db8::\($0)"
        }
        let order = interleaved(addresses)
        #expect(order.first == addresses.first)
        for isSix in [true, false] {
            let kind: (String) -> Bool = { $0.contains(":") == isSix }
            #expect(order.filter(kind) == addresses.filter(kind))
        }
        // Two of a family follow each other only if the other family has no more.
        for index in order.indices.dropLast()
        where order[index].contains(":") == order[index + 1].contains(":") {
            let rest = order[index...].map { $0.contains(":") }
            #expect(Set(rest).count == 1)
        }
    }
}
