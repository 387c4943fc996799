import TestInputs
import Testing

@testable import WireCodec

/// Objects with any number of members: all operations are linear, so that they end within a test's
/// patience; if they were quadratic, each of these would take minutes.
@Suite(.timeLimit(.minutes(5)))
struct LargeJSONTests {
    private static let count = 100_000

    private func text(_ name: (Int) -> String) -> [UInt8] {
        Array("{\((0..<Self.count).map { "\"\(name($0))\":\($0)" }.joined(separator: ","))}".utf8)
    }

    @Test("an object of 100000 names is read, and each is found")
    func anObjectOf100000Names()
        throws
    {
        let object = try #require(try JSONValue(parsing: text { "name \($0)" }).object)
        #expect(object.members.count == Self.count)
        #expect((0..<Self.count).allSatisfy { object["name \($0)"] == .int(Int64($0)) })
        #expect(object["name \(Self.count)"] == nil)
    }

    @Test("an object with repeated names has the last of each, in the order of the first")
    func anObjectThatRepeatsIts()
        throws
    {
        let object = try #require(try JSONValue(parsing: text { "name \($0 % 50_000)" }).object)
        #expect(object.members.count == 50_000)
        #expect(object.names == (0..<50_000).map { "name \($0)" })
        #expect((0..<50_000).allSatisfy { object["name \($0)"] == .int(Int64($0 + 50_000)) })
    }

    @Test("two objects of 100000 names are compared in any order")
    func twoObjectsOf100000Names() throws {
        let one = try JSONValue(parsing: text { "name \($0)" })
        let members = try #require(one.object?.members)
        #expect(JSONValue.object(JSONObject(members.reversed())) == one)
        #expect(JSONValue.object(JSONObject(members.reversed())).isSame(as: one))
    }

    @Test("secrets are hidden in an object of 100000 names")
    func secretsAreHiddenInAn() throws {
        let secret = Secret("a secret of its own")
        let names = text { $0 == 77_777 ? secret.revealed : "name \($0)" }
        let hidden = HiddenSecrets([secret]).hide(in: try JSONValue(parsing: names))
        #expect(hidden.object?.members.count == Self.count)
        #expect(hidden["(hidden)"] == 77_777)
        #expect(!hidden.serialized.contains(secret.revealed))
    }

    @Test("a secret that nearly matches everywhere is searched in one pass")
    func aSecretThatNearlyStands() {
        // Each position of the text is the beginning of the secret, except for its last letter.
        let secret = Secret(String(repeating: "a", count: 4_000) + "b")
        let text = String(repeating: "a", count: 200_000)
        let hidden = HiddenSecrets([secret])
        #expect(hidden.hide(in: text + "!") == text + "!")
        #expect(
            hidden.hide(in: text + "b!") == String(repeating: "a", count: 196_000) + "(hidden)!")
    }

    @Test("members are set, changed and removed as in a dictionary of any size")
    func membersAreSetChangedAnd() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<200 {
            var object = JSONObject()
            var model: [(String, Int64)] = []
            for step in 0..<Int64(60) {
                let name = "\(Int.random(in: 0..<40, using: &generator))"
                let isSet = Int.random(in: 0..<4, using: &generator) > 0
                object[name] = isSet ? .int(step) : nil
                let place = model.firstIndex { $0.0 == name }
                switch (place, isSet) {
                case (let place?, true): model[place].1 = step
                case (let place?, false): model.remove(at: place)
                case (nil, true): model.append((name, step))
                case (nil, false): break
                }
            }
            #expect(object.names == model.map(\.0))
            #expect(model.allSatisfy { object[$0.0] == .int($0.1) })
        }
    }
}
