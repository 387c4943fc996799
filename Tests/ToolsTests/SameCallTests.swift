import Configuration
import Testing
import WireCodec

@testable import Tools

/// The same call in another order of its arguments.
struct SameCallTests {
    private func machine() -> ConfirmationMachine {
        ConfirmationMachine(
            settings: ConfirmationSettings(), remembering: PINLockMemory(), at: 0)
    }

    private func request(_ id: String, _ arguments: JSONValue) -> ConfirmationRequest {
        ConfirmationRequest(
            id: id, tool: "open", subject: "gate", arguments: arguments,
            means: .phrase("open sesame"))
    }

    private func permutations(_ members: [JSONObject.Member]) -> [[JSONObject.Member]] {
        guard members.count > 1 else { return [members] }
        return members.indices.flatMap { index in
            var rest = members
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    /// Whether a call that was confirmed by the phrase is permitted in this form.
    private func isGranted(_ first: JSONValue, then second: JSONValue) -> Bool {
        var machine = machine()
        _ = machine.ask(request("1", first), at: 0)
        _ = machine.turnOpened(at: 1_000_000_000)
        _ = machine.heard("open sesame", at: 2_000_000_000)
        return machine.ask(request("2", second), at: 3_000_000_000)
            .contains(.settle("2", .granted))
    }

    @Test("a confirmed call is the same in every order of its arguments")
    func aConfirmedCallIsThe()
        throws
    {
        let arguments = try JSONValue(
            parsing:
                #"{"door":"shed","wide":true,"for":{"s":5,"who":"me","why":null},"list":[1,2]}"#)
        let members = try #require(arguments.object?.members)
        let inner = try #require(arguments["for"]?.object?.members)
        for outer in permutations(members) {
            for order in permutations(inner) {
                var other = JSONObject(outer)
                other["for"] = .object(JSONObject(order))
                #expect(isGranted(arguments, then: .object(other)))
            }
        }
        // The service may write a number either way.
        #expect(isGranted(["s": 5], then: ["s": 5.0]))
    }

    @Test("a call with another value, one more or one less is another call")
    func aCallWithAnotherValue() {
        let arguments: JSONObject = ["door": "shed", "s": 5, "list": [1, 2]]
        for other: JSONValue in [
            ["door": "house", "s": 5, "list": [1, 2]], ["door": "shed", "s": 6, "list": [1, 2]],
            ["door": "shed", "s": 5, "list": [2, 1]], ["door": "shed", "s": 5],
            ["door": "shed", "s": 5, "list": [1, 2], "more": nil],
            ["door": "shed", "s": "5", "list": [1, 2]],
        ] {
            #expect(!isGranted(.object(arguments), then: other), "\(other.serialized)")
        }
    }
}
