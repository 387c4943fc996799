import Mosquitto
import Testing

struct TopicTests {
    @Test(
        "an invalid topic name is distinguished from a valid one",
        arguments: [
            ("lamp/set", true), ("a", true), ("/", true), ("é/ü", true), ("", false),
            ("lamp/+", false), ("#", false), ("lamp\u{0}", false), ("a\nb", false),
        ])
    func names(name: String, isValid: Bool) {
        #expect((MQTTTopic.problem(inName: name) == nil) == isValid)
    }

    @Test(
        "a wildcard is alone on its level, and # on the last one",
        arguments: [
            ("lamp/+/set", true), ("#", true), ("lamp/#", true), ("+", true), ("a+/b", false),
            ("a/#/b", false), ("a/b#", false), ("", false), ("a\u{7f}", false),
        ])
    func filters(filter: String, isValid: Bool) {
        #expect((MQTTTopic.problem(inFilter: filter) == nil) == isValid)
    }

    @Test("a name or filter longer than the protocol allows is refused")
    func length() {
        let longest = String(repeating: "a", count: MQTTTopic.maximumBytes)
        #expect(MQTTTopic.problem(inName: longest) == nil)
        #expect(MQTTTopic.problem(inName: longest + "a") != nil)
        #expect(MQTTTopic.problem(inFilter: longest + "a") != nil)
    }

    @Test(
        "messages reach the clients that the protocol's own examples name",
        arguments: [
            ("sport/tennis/player1", "sport/tennis/player1/#", true),
            ("sport/tennis/player1/ranking", "sport/tennis/player1/#", true),
            ("sport", "sport/#", true), ("sport/a", "#", true),
            ("sport/tennis/player1", "sport/tennis/+", true),
            ("sport/tennis/player1/ranking", "sport/tennis/+", false),
            ("sport", "sport/+", false), ("sport/", "sport/+", true),
            ("/finance", "+/+", true), ("/finance", "/+", true), ("/finance", "+", false),
            ("$SYS/a", "#", false), ("$SYS/a", "+/a", false), ("$SYS/a", "$SYS/#", true),
            ("a/b", "a", false), ("a", "a/b", false),
        ])
    func matching(name: String, filter: String, isMatch: Bool) {
        #expect(MQTTTopic.matches(name, filter: filter) == isMatch)
    }
}
