package import ModelTypes
internal import Synchronization
package import WireCodec

/// The tools that the model is offered, by name: those of the configuration, and those that sources
/// such as an MCP server add while the program runs.
///
/// The tools of a source may change at any time; the next setup of a session declares the present
/// ones, and `onChange` informs an open session. A call to a function that was removed is answered
/// by `absence`.
///
/// ## Concurrency
/// Every method may be called from any thread; the lock protects all state.
package final class ToolRegistry: Sendable {
    /// The service accepts no more functions than this (live-protocol.md 2.4).
    package static let maximumTools = 512
    /// The limit of removed functions whose names are remembered.
    private static let rememberedNames = 512

    private struct State {
        var fixed: [any Tool]
        /// In the order in which the sources were first added.
        var sources: [(name: String, tools: [any Tool])] = []
        var byName: [String: any Tool] = [:]
        /// The source of each function that was removed.
        var gone: [String: String] = [:]
        /// Why a source offers nothing, in words for the model.
        var absences: [String: String] = [:]
        var listener: (@Sendable () -> Void)?

        var all: [any Tool] { fixed + sources.flatMap(\.tools) }
    }

    /// Names that a source cannot use.
    package let fixedNames: Set<String>
    private let state: Mutex<State>
    private let secrets: KnownSecrets

    /// Tools in the order of their declaration; refuses two with the same name, and too many.
    ///
    /// The secrets in `secrets` are hidden in the sources' descriptions.
    package init(
        _ tools: [any Tool], secrets: KnownSecrets = KnownSecrets()
    ) throws(ToolDeclarationError) {
        self.secrets = secrets
        guard tools.count <= Self.maximumTools else { throw .tooMany(tools.count) }
        var byName: [String: any Tool] = [:]
        for tool in tools {
            guard byName.updateValue(tool, forKey: tool.declaration.name) == nil else {
                throw .duplicate(tool.declaration.name)
            }
        }
        fixedNames = Set(byName.keys)
        state = Mutex(State(fixed: tools, byName: byName))
    }

    /// The tool of that name.
    package subscript(name: String) -> (any Tool)? { state.withLock { $0.byName[name] } }

    /// The names, those of the configuration first.
    package var names: [String] { state.withLock { $0.all.map(\.declaration.name) } }

    /// The declarations for the setup message, the configuration's own first.
    package var declarations: [FunctionDeclaration] {
        let hidden = secrets.hidden
        return state.withLock { $0.all.map(\.declaration.announcement) }.map { announcement in
            var announcement = announcement
            announcement.description = hidden.hide(in: announcement.description)
            announcement.parameters = announcement.parameters.map { hidden.hide(in: $0) }
            return announcement
        }
    }

    /// Every tool's declaration, the configuration's own first.
    package var tools: [ToolDeclaration] { state.withLock { $0.all.map(\.declaration) } }

    /// Replaces a source's tools; those whose names are taken, and those beyond `maximumTools`, are
    /// left out and returned.
    package func replace(_ tools: [any Tool], of source: String) -> [String] {
        var leftOut: [String] = []
        let listener = state.withLock { state in
            let before = state.all.map(\.declaration.announcement)
            let index = state.sources.firstIndex { $0.name == source } ?? state.sources.endIndex
            if index == state.sources.endIndex { state.sources.append((source, [])) }
            let old = state.sources[index].tools.map(\.declaration.name)
            for name in old { state.byName[name] = nil }
            state.sources[index].tools = tools.filter { tool in
                let name = tool.declaration.name
                guard state.byName[name] == nil, state.byName.count < Self.maximumTools else {
                    leftOut.append(name)
                    return false
                }
                state.byName[name] = tool
                state.gone[name] = nil
                return true
            }
            for name in old where state.byName[name] == nil {
                if state.gone.count >= Self.rememberedNames { state.gone = [:] }
                state.gone[name] = source
            }
            return state.all.map(\.declaration.announcement) == before ? nil : state.listener
        }
        listener?()
        return leftOut
    }

    /// Calls `handler` after each change of the declarations, on the thread that made it.
    package func onChange(_ handler: (@Sendable () -> Void)?) {
        state.withLock { $0.listener = handler }
    }

    /// Sets the reason why a source offers nothing yet; nil once it does.
    package func explain(absence words: String?, of source: String) {
        state.withLock { $0.absences[source] = words }
    }

    /// Why a function does not exist, in words for the model; nil for one that never existed.
    package func absence(of name: String) -> String? {
        state.withLock { state in
            if let source = state.gone[name] {
                return "the function \(name) has gone; \(source) does not offer it any more"
            }
            return state.absences.first { name.hasPrefix("\($0.key)_") }?.value
        }
    }
}
