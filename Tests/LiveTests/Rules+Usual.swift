@testable import Live

extension SessionMachine.Rules {
    /// A model that accepts everything, on a connection that only its age ends.
    init(isManual: Bool) {
        var settings = SessionSettings(endpoint: LiveEndpoint(), model: "gemini-3.8-live")
        settings.activity = isManual ? .manual : .automatic(SessionSettings.Detection())
        settings.idleMilliseconds = nil
        self.init(settings)
        sendsHistory = true
        updatesContext = true
        takesContent = true
        connectionAge = 540_000_000_000
    }
}
