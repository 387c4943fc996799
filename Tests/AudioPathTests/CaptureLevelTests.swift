import Testing

@testable import AudioPath

@Suite("The sensitivity of a card's microphone")
struct CaptureLevelTests {
    @Test("a named control that cannot be set is reported; a guessed one is not")
    func devices() throws {
        let named = CaptureLevel(control: "Mic", percent: 50)
        let likely = CaptureLevel(control: nil, percent: 50)
        let text = try #require(named.put(on: "martlet_microphone:/tmp/x"))
        #expect(text.contains("martlet_microphone:/tmp/x") && text.contains("Mic"))
        #expect(likely.put(on: "martlet_microphone:/tmp/x") == nil)
    }

    @Test("a card that was removed is an error with its name")
    func missingCard() throws {
        let text = try #require(
            CaptureLevel(control: nil, percent: 50).put(on: "plughw:CARD=NoSuchCard,DEV=0"))
        #expect(text.contains("NoSuchCard"))
    }
}
