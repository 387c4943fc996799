/// The rules of topic names and filters (MQTT 5.0, section 4.7).
package enum MQTTTopic {
    /// The longest name or filter (bytes of UTF-8).
    package static let maximumBytes = 65_535

    /// Why nothing can be published on a topic name; nil if the name is valid.
    package static func problem(inName name: String) -> String? {
        if let problem = common(name) { return problem }
        guard !name.utf8.contains(where: { $0 == plus || $0 == hash }) else {
            return "holds a wildcard (+ or #)"
        }
        return nil
    }

    /// Why a filter cannot be subscribed to; nil if it is valid.
    package static func problem(inFilter filter: String) -> String? {
        if let problem = common(filter) { return problem }
        let levels = filter.utf8.split(separator: slash, omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() where level.count > 1 {
            guard !level.contains(where: { $0 == plus || $0 == hash }) else {
                return "holds a wildcard that is not alone on level \(index + 1)"
            }
        }
        guard !levels.dropLast().contains(where: { $0.elementsEqual([hash]) }) else {
            return "holds a # before its last level"
        }
        return nil
    }

    /// Whether a topic name matches a filter; both are valid.
    ///
    /// A wildcard on the first level leaves out names that begin with $, which are the broker's.
    package static func matches(_ name: String, filter: String) -> Bool {
        var names = name.utf8.split(separator: slash, omittingEmptySubsequences: false)[...]
        let levels = filter.utf8.split(separator: slash, omittingEmptySubsequences: false)
        if name.utf8.first == dollar, filter.utf8.first == plus || filter.utf8.first == hash {
            return false
        }
        for level in levels {
            if level.elementsEqual([hash]) { return true }
            guard let next = names.popFirst() else { return false }
            guard level.elementsEqual([plus]) || level.elementsEqual(next) else { return false }
        }
        return names.isEmpty
    }

    private static let plus = UInt8(ascii: "+")
    private static let hash = UInt8(ascii: "#")
    private static let slash = UInt8(ascii: "/")
    private static let dollar = UInt8(ascii: "$")

    private static func common(_ text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if text.utf8.count > maximumBytes { return "is longer than \(maximumBytes) bytes" }
        // Brokers close the connection over a zero, and mosquitto over other control characters.
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return "holds a control character"
        }
        return nil
    }
}
