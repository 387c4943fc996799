/// A far end's JSON text, read as far as it can be represented.
///
/// A part that is nested deeper than `JSONValue.depthLimit`, or a number too large for a double,
/// becomes null in the value and is listed in the faults; half a surrogate pair becomes U+FFFD. So
/// a bad argument affects its call, which can be answered, and not the whole message.
package struct ForeignJSON: Sendable {
    /// At most this many faults are kept; after that every place counts as faulty.
    package static let faultLimit = 32

    /// A part that is null in the value, although the text had something else.
    package struct Fault: Sendable, Equatable {
        /// The names and positions that lead to it, from the root: `["list", "0", "name"]`.
        package let place: [String]
        /// What is wrong with it: "a number too large", "nested too deep".
        package let reason: String
    }

    /// The value that was read.
    package let value: JSONValue
    /// The parts that could not be represented, in the order of the text; at most `faultLimit`.
    package let faults: [Fault]

    /// Reads a whole text; throws for anything but JSON, and for a text above
    /// `JSONValue.sizeLimitBytes`.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        parser.isForeign = true
        value = try parser.document()
        faults = parser.faults
    }

    /// The fault at a place or below it; nil when all of it was read.
    package func fault(within place: [String]) -> String? {
        if let fault = faults.first(where: { $0.place.starts(with: place) }) { return fault.reason }
        return faults.count < Self.faultLimit ? nil : "too much that cannot be read"
    }
}
