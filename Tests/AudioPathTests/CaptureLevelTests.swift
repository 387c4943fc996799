import Testing

@testable import AudioPath

@Suite("The sensitivity of a card's microphone")
struct CaptureLevelTests {
    @Test("a control that was named and cannot be set is reported; a likely one is not missed")
    func devices() throws {
        let named = CaptureLevel(control: "Mic", percent: 50)
        let likely = CaptureLevel(control: nil, percent: 50)
        let text = try #require(named.put(on: "martlet_microphone:/tmp/x"))
        #expect(text.contains("martlet_microphone:/tmp/x") && text.contains("Mic"))
        #expect(likely.put(on: "martlet_microphone:/tmp/x") == nil)
    }

    @Test("a card that is gone is an error with its name")
    func missingCard() throws {
        let text = try #require(
            CaptureLevel(control: nil, percent: 50).put(on: "plughw:CARD=NoSuchCard,DEV=0"))
        #expect(text.contains("NoSuchCard"))
    }
}
