package import ModelTypes
package import Tools
package import WireCodec

/// A kind of tool, `[[tool.KIND]]`: what its table holds beside the keys that all kinds share, and
/// the tools that are made from it.
///
/// A new kind is a module of its own, with a type that conforms to this, and its place in the list
/// of `AllToolKinds`. What it needs from the device is in `ToolPorts`.
package protocol ToolKind: Sendable {
    /// A table: the shared keys, and the kind's own.
    typealias Table = (settings: ToolSettings, kind: Self)

    // What it is called.

    /// The last part of the table's name: "gpio" of `[[tool.gpio]]`.
    static var name: String { get }
    /// Which of the shared keys it has.
    static var shape: ToolShape { get }
    /// How much harm a call can do if the settings give no risk.
    static var usualRisk: ToolRisk { get }
    /// The kind in the shipped file: comment lines, without those of the shared keys.
    static var example: String { get }

    // How it is read and shown.

    /// Reads the keys that only this kind has; nil when something required is missing, which the
    /// reader then reports.
    static func read(_ table: inout TableReader) -> Self?
    /// The keys that only this kind has, with values as TOML writes them, for `martlet config
    /// show`.
    var members: [(key: String, toml: String)] { get }

    // How it is made.

    /// Makes the tools of all tables of this kind, in their order; there is at least one.
    ///
    /// Mistakes are noted in the maker; if that is dry, nothing is opened, connected or started.
    static func make(_ tables: [Table], with maker: inout ToolMaker)

    // What must be known about it before it is made; the defaults say nothing.

    /// How much harm a call of this tool can do if the settings give no risk.
    var ownRisk: ToolRisk { get }
    /// Whether some of its calls may have to be confirmed, whatever its own risk is.
    var mayAsk: Bool { get }
    /// Warnings about what is allowed but may not be intended, beside those for all kinds.
    func warnings(_ shared: ToolSettings) -> [String]
    /// Warnings that are logged at each start, too.
    func notes(_ shared: ToolSettings) -> [String]
    /// The texts that may hold secrets, to check that the secrets exist.
    var secretTexts: [SecretText] { get }
    /// The files that it reads, by the key that names them; an empty path means no file.
    var files: [(key: String, path: String)] { get }
    /// The programs that it runs.
    var programs: [ProgramSettings] { get }
    /// The GPIO line that it takes, which nothing else may use; `label` says for what.
    func takenLine(_ shared: ToolSettings) -> (label: String, name: String)?
    /// How to find out whether its far end answers, without changing anything.
    func probe(_ shared: ToolSettings) -> ToolProbe?
    /// Whether a call is about this part of a function.
    func concerns(_ call: FunctionCall, _ shared: ToolSettings) -> Bool
}

extension ToolKind {
    package var ownRisk: ToolRisk { Self.usualRisk }
    package var mayAsk: Bool { false }
    package func warnings(_ shared: ToolSettings) -> [String] { [] }
    package func notes(_ shared: ToolSettings) -> [String] { [] }
    package var secretTexts: [SecretText] { [] }
    package var files: [(key: String, path: String)] { [] }
    package var programs: [ProgramSettings] { [] }
    package func takenLine(_ shared: ToolSettings) -> (label: String, name: String)? { nil }
    package func probe(_ shared: ToolSettings) -> ToolProbe? { nil }
    package func concerns(_ call: FunctionCall, _ shared: ToolSettings) -> Bool { true }
}

/// Which of the shared keys a kind has.
package enum ToolShape: Sendable {
    /// A function by itself: it has all of them.
    case function
    /// A part of a function that the program makes: it has no parameters.
    case part
    /// A source of functions: it has no parameters and no description.
    ///
    /// The limits apply to each of its functions.
    case source
}

/// A call that only reads, and what its result says about the far end.
package struct ToolProbe: Sendable {
    /// The verdict on a far end that answered.
    package enum Verdict: Sendable, Equatable {
        case works(String)
        case weak(String)
    }

    /// The function that is called, without arguments.
    package var function: String
    /// Where the far end is, for reports.
    package var place: String
    /// Judges the call's result.
    package var judge: @Sendable (JSONValue?) -> Verdict

    /// A call of `function`.
    package init(
        function: String, place: String, judge: @escaping @Sendable (JSONValue?) -> Verdict
    ) {
        self.function = function
        self.place = place
        self.judge = judge
    }
}

/// The kinds that settings can name.
package struct ToolKinds: Sendable {
    /// In the order of the shipped file, in which the tools are also made.
    package let list: [any ToolKind.Type]

    /// Kinds with different names.
    package init(_ list: [any ToolKind.Type]) { self.list = list }

    /// Their names, in their order.
    package var names: [String] { list.map { $0.name } }

    /// The kind of this name.
    func named(_ name: String) -> (any ToolKind.Type)? { list.first { $0.name == name } }
}
