import Testing
import WireCodec

@testable import Accounts

struct FieldMaskTests {
    // Computed: the leak checker does not see what a constant's JSON values point to.
    static var setup: JSONObject {
        [
            "model": "models/gemini-3.8-live",
            "generationConfig": ["responseModalities": ["AUDIO"], "temperature": 0.5],
            "sessionResumption": [:],
            "tools": [["googleSearch": [:]]],
        ]
    }
    static let given =
        "model,generationConfig.responseModalities,generationConfig.temperature,"
        + "sessionResumption,tools"

    @Test(
        "the mask names what the client may not change",
        arguments: [
            // The three cases of Google's libraries.
            (setup, LockedFields.everything, nil),
            (setup, .given, given),
            (setup, .givenAnd([]), given),
            (
                setup, .givenAnd(["output_audio_transcription", "top_k"]),
                given + ",output_audio_transcription,generationConfig.top_k"
            ),
            // The wire's spelling is accepted as well.
            (
                setup, .givenAnd(["topK", "proactivity"]),
                given + ",generationConfig.topK,proactivity"
            ),
            // A field that is locked already is not named twice.
            (setup, .givenAnd(["model", "temperature"]), given),
            // A name that already has its path stays.
            (setup, .givenAnd(["generationConfig.seed"]), given + ",generationConfig.seed"),
            // Without a setup only names can be locked.
            (nil, .everything, nil), (nil, .given, nil), (nil, .givenAnd([]), nil),
            (nil, .givenAnd(["seed"]), "generationConfig.seed"),
            ([:], .given, nil),
        ] as [(JSONObject?, LockedFields, String?)])
    func mask(setup: JSONObject?, lock: LockedFields, mask: String?) {
        #expect(FieldMask.text(setup, lock) == mask)
    }
}
