internal import WireCodec

/// Filters what leaves one call: to the model, the journal of calls and the audit log.
///
/// Two kinds of values are hidden: the secrets that the program has read, and arguments that the
/// model gave under a name that holds secrets. In a result only the names in the settings count,
/// because "key" also names things that are not secret.
struct CallExit {
    private let known: HiddenSecrets
    private let declared: HiddenSecrets
    private let given: HiddenSecrets

    init(_ arguments: JSONValue, _ terms: ToolTerms?, known: HiddenSecrets) {
        self.known = known
        let names = Set((terms?.secrets ?? []).map { $0.lowercased() })
        declared = HiddenSecrets(HiddenArguments.values(of: arguments, named: names))
        given = HiddenSecrets(
            HiddenArguments.values(of: arguments, named: HiddenArguments.names(terms)))
    }

    private func hide(_ text: String) -> String { known.hide(in: given.hide(in: text)) }

    func hide(_ ending: ToolRunner.Ending) -> ToolRunner.Ending {
        switch ending {
        case .result(let value): .result(known.hide(in: declared.hide(in: value)))
        case .failure(let words): .failure(hide(words))
        case .cancelled: .cancelled
        }
    }

    func hide(_ entry: AuditEntry) -> AuditEntry {
        var entry = entry
        entry.arguments = known.hide(in: given.hide(in: entry.arguments))
        entry.id = hide(entry.id)
        entry.tool = hide(entry.tool)
        if case .refused(let words) = entry.decision { entry.decision = .refused(hide(words)) }
        if case .failed(let words) = entry.result { entry.result = .failed(hide(words)) }
        return entry
    }
}
