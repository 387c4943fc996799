import Testing
import VoiceSession

@Suite("why a session is not tried again")
struct SessionFailureTests {
    @Test("every reason gives a remedy, in one line, for any service")
    func advice() {
        for reason in FailureReason.allCases {
            let failure = SessionFailure(reason: reason, text: "no")
            #expect(!failure.advice.isEmpty)
            #expect(failure.description.hasSuffix(": no (\(failure.advice))"), "\(failure)")
            #expect(!failure.description.contains { $0.isNewline })
            for name in ["Gemini", "OpenAI", "Google"] {
                #expect(!failure.description.contains(name), "\(failure)")
            }
        }
    }

    @Test("a service's own remedy replaces the general advice")
    func advicesOfServices() {
        let failure = SessionFailure(reason: .model, text: "", advice: "take another")
        #expect(failure.description == "the service refuses the session (take another)")
    }
}
