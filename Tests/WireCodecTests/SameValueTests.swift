import TestInputs
import Testing

@testable import WireCodec

/// Whether two values are equal.
struct SameValueTests {
    private func random(_ depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .int(.random(in: -5...5, using: &generator))
        case 3: return .double(Double(Int.random(in: -50...50, using: &generator)) / 10)
        case 4, 5:
            return .string(["", "a", "é", "1", "null"].randomElement(using: &generator) ?? "")
        case 6:
            let count = Int.random(in: 0..<4, using: &generator)
            return .array((0..<count).map { _ in random(depth - 1, &generator) })
        default:
            let names = ["a", "b", "c", "d", "e"].shuffled(using: &generator)
                .prefix(.random(in: 0...5, using: &generator))
            return .object(JSONObject(names.map { ($0, random(depth - 1, &generator)) }))
        }
    }

    /// The same value as another program would write it.
    private func rewritten(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        switch value {
        case .int(let number) where Bool.random(using: &generator): .double(Double(number))
        case .array(let values): .array(values.map { rewritten($0, &generator) })
        case .object(let object):
            .object(
                JSONObject(
                    object.members.shuffled(using: &generator)
                        .map { ($0.key, rewritten($0.value, &generator)) }))
        case .null, .bool, .int, .double, .string: value
        }
    }

    @Test("values are equal whatever the order of their members and the form of their numbers")
    func aValueIsTheSame() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let value = random(4, &generator)
            #expect(value.isSame(as: rewritten(value, &generator)), "\(value.serialized)")
        }
    }

    @Test("values that differ in one part are not equal")
    func aValueWithOnePart() throws {
        let value = try JSONValue(parsing: #"{"a":[1,{"b":"x","c":null}],"d":true}"#)
        for other in [
            #"{"a":[2,{"b":"x","c":null}],"d":true}"#, #"{"a":[1,{"b":"x"}],"d":true}"#,
            #"{"a":[1,{"b":"x","c":null}],"d":true,"e":1}"#,
            #"{"a":[{"b":"x","c":null},1],"d":true}"#,
            #"{"a":[1,{"b":"x","c":null}],"d":1}"#, #"{"a":["1",{"b":"x","c":null}],"d":true}"#,
            #"{"a":[1.5,{"b":"x","c":null}],"d":true}"#, "null", "[]",
        ] {
            #expect(!value.isSame(as: try JSONValue(parsing: other)), "\(other)")
        }
    }
}
