import Assistant
import Daemon
import Simulation
import Testing

@Suite("The end of the daemon", .timeLimit(.minutes(5)))
struct LifeTests {
    /// Refers to something without owning it.
    private final class Weak<Object: AnyObject> {
        weak var object: Object?
    }

    @Test("a stopped daemon leaves no loop, socket or thread")
    func nothingIsLeft() async throws {
        let application = Weak<Application>()
        let server = Weak<LiveServer>()
        // Its parts, by name: a cycle among them would leak at every reload.
        var parts: [(name: String, part: Weak<AnyObject>)] = []
        do {
            let appliance = try await Appliance.started(scenario: .saying([1, 2, 3]))
            try await appliance.timeline.wait { $0 == .online(resumed: false) }
            application.object = appliance.application
            server.object = appliance.server
            for child in Mirror(reflecting: appliance.application).children {
                guard type(of: child.value) is any AnyObject.Type else { continue }
                let part = Weak<AnyObject>()
                part.object = child.value as AnyObject
                parts.append((child.label ?? "", part))
            }
            _ = try? await appliance.stopped()
        }
        // Other threads may be about to release theirs; the time limit catches a leak.
        while parts.contains(where: { $0.part.object != nil }) { await Task.yield() }
        #expect(application.object == nil)
        #expect(server.object == nil)
        #expect(parts.count > 5)
        #expect(parts.filter { $0.part.object != nil }.map(\.name) == [])
    }
}
