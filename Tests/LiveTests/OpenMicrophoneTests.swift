import ModelTypes
import Testing

@testable import Live

/// The kept sound of a microphone that never closes.
struct OpenMicrophoneTests {
    private func sound(_ value: Int16) -> UplinkItem { SessionWorld.sound(value) }

    @Test(
        "the newest words of a long open microphone are sent again, in order",
        arguments: [51, 1074, 1075, 1076, 5000])
    func openForLong(chunks: Int) {
        let world = SessionWorld.ready(manual: false) { $0.replaySeconds = 1 }
        for value in 1...chunks { world.say(sound(Int16(value))) }
        #expect(world.sent == (1...chunks).map { sound(Int16($0)) })
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        world.say(sound(0), .audioStreamEnd)
        let kept = (chunks - 49...chunks).map { sound(Int16($0)) }
        #expect(world.sent.suffix(2) == [sound(0), .audioStreamEnd])
        #expect(Array(world.sent.dropLast(2)) == kept)
    }
}
