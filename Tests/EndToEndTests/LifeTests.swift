import Assistant
import Daemon
import Simulation
import Testing

@Suite("The daemon's life", .timeLimit(.minutes(1)))
struct LifeTests {
    /// Refers to something without owning it.
    private final class Weak<Object: AnyObject> {
        weak var object: Object?
    }

    @Test("a daemon that has stopped is gone, with its loop, its sockets and its threads")
    func nothingIsLeft() async throws {
        let application = Weak<Application>()
        let server = Weak<LiveServer>()
        do {
            let appliance = try await Appliance.started(scenario: .saying([1, 2, 3]))
            try await appliance.timeline.wait { $0 == .online(resumed: false) }
            application.object = appliance.application
            server.object = appliance.server
            _ = try? await appliance.stopped()
        }
        #expect(application.object == nil)
        #expect(server.object == nil)
    }
}
