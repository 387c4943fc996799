import Assistant
import Daemon
import Simulation
import Testing

@Suite("The daemon's life", .timeLimit(.minutes(5)))
struct LifeTests {
    /// Refers to something without owning it.
    private final class Weak<Object: AnyObject> {
        weak var object: Object?
    }

    @Test("a daemon that has stopped is gone, with its loop, its sockets and its threads")
    func nothingIsLeft() async throws {
        let application = Weak<Application>()
        let server = Weak<LiveServer>()
        // What it is made of, by name: a cycle among them would stay at every reload.
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
        // Other threads may be about to let go of theirs; what stays is caught by the time limit.
        while parts.contains(where: { $0.part.object != nil }) { await Task.yield() }
        #expect(application.object == nil)
        #expect(server.object == nil)
        #expect(parts.count > 5)
        #expect(parts.filter { $0.part.object != nil }.map(\.name) == [])
    }
}
