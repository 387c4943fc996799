/// A JSON text of a far end, read as far as it can be held.
///
/// What is nested deeper than `JSONValue.depthLimit`, and a number too large for a double, is null
/// in the value and among the faults; half a surrogate pair is U+FFFD. So one bad argument costs
/// its call, which can be answered, and not the message.
package struct ForeignJSON: Sendable {
    /// More faults than this are not kept: then every place counts as faulty.
    package static let faultLimit = 32

    /// A part that is null in the value, though something stood there.
    package struct Fault: Sendable, Equatable {
        /// The names and positions that lead to it, from the root: `["list", "0", "name"]`.
        package let place: [String]
        /// What is wrong with it: "a number too large", "nested too deep".
        package let reason: String
    }

    /// What was read.
    package let value: JSONValue
    /// What could not be held, in the order of the text; at most `faultLimit`.
    package let faults: [Fault]

    /// Reads a whole text; throws for anything but JSON, and for a text above
    /// `JSONValue.sizeLimitBytes`.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        parser.isForeign = true
        value = try parser.document()
        faults = parser.faults
    }

    /// What is wrong at a place or below it; nil when all of it was read.
    package func fault(within place: [String]) -> String? {
        if let fault = faults.first(where: { $0.place.starts(with: place) }) { return fault.reason }
        return faults.count < Self.faultLimit ? nil : "too much that cannot be read"
    }
}
