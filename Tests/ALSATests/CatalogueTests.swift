import Testing

@testable import ALSA

@Suite("Sound device catalogue")
struct CatalogueTests {
    init() {
        FileDevices.useTestConfiguration
    }

    @Test("the device that every machine has is listed for both directions")
    func null() {
        for direction in [StreamDirection.capture, .playback] {
            let null = PCMCatalogue.list(direction).first { $0.name == "null" }
            #expect(null?.description.isEmpty == false)
            #expect(null?.cardID == nil)
        }
    }

    @Test("no name is listed twice")
    func namesAreUnique() {
        for direction in [StreamDirection.capture, .playback] {
            let names = PCMCatalogue.list(direction).map(\.name)
            #expect(Set(names).count == names.count)
        }
    }

    @Test("the card is read out of the name")
    func cards() {
        func card(_ name: String) -> String? { PCMDescription(name: name, text: "").cardID }
        #expect(card("plughw:CARD=Headset,DEV=0") == "Headset")
        #expect(card("hw:DEV=0,CARD=vc4hdmi") == "vc4hdmi")
        #expect(card("hw:1,0") == nil)
        #expect(card("default") == nil)
        #expect(card("") == nil)
    }

    @Test("a description of several lines becomes one")
    func description() {
        let device = PCMDescription(name: "x", text: "USB Audio\nDirect hardware device\n")
        #expect(device.description == "USB Audio, Direct hardware device")
    }
}
