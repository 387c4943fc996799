// Makes tables from headers and dotted keys, and refuses to define one twice.

extension TOMLParser {
    /// Calls back with the table at a path that a header has defined.
    static func descend(
        _ path: [String], in table: inout TOMLTable,
        _ body: (inout TOMLTable) throws(Diagnostic) -> Void
    ) throws(Diagnostic) {
        guard let first = path.first else { return try body(&table) }
        guard let index = table.index(of: first) else { return }
        let rest = Array(path.dropFirst())
        switch table.members[index].node.value {
        case .table(var inner):
            try descend(rest, in: &inner, body)
            table.members[index].node.value = .table(inner)
        case .array(var nodes):
            guard let last = nodes.indices.last, case .table(var inner) = nodes[last].value else {
                return
            }
            try descend(rest, in: &inner, body)
            nodes[last].value = .table(inner)
            table.members[index].node.value = .array(nodes)
        case .string, .integer, .float, .boolean:
            return
        }
    }

    /// Makes the table that a header names.
    static func define(
        _ keys: [Key], isArray: Bool, at position: Position, in table: inout TOMLTable
    ) throws(Diagnostic) {
        let key = keys[0]
        let isLast = keys.count == 1
        guard let index = table.index(of: key.name) else {
            var made = TOMLTable()
            if isLast {
                made.isDefined = true
            } else {
                try define(Array(keys.dropFirst()), isArray: isArray, at: position, in: &made)
            }
            let inner = TOMLNode(value: .table(made), position: position)
            let value: TOMLValue = isLast && isArray ? .array([inner]) : .table(made)
            table.members.append(
                .init(
                    key: key.name, position: position,
                    node: TOMLNode(value: value, position: position)))
            return
        }
        let before = table.members[index].position
        switch table.members[index].node.value {
        case .table(var inner):
            guard !inner.isClosed, !(isLast && (isArray || inner.isDefined)) else {
                throw Diagnostic(
                    position, "[\(shortened(key.name))] is defined already at \(before)")
            }
            if isLast {
                inner.isDefined = true
            } else {
                try define(Array(keys.dropFirst()), isArray: isArray, at: position, in: &inner)
            }
            table.members[index].node.value = .table(inner)
        case .array(var nodes):
            guard case .table(var inner)? = nodes.last?.value, !inner.isClosed else {
                throw Diagnostic(
                    position, "'\(shortened(key.name))' is a plain array since \(before)")
            }
            if isLast {
                guard isArray else {
                    throw Diagnostic(
                        position,
                        "'\(shortened(key.name))' is a list: write [[\(shortened(key.name))]]")
                }
                var made = TOMLTable()
                made.isDefined = true
                nodes.append(TOMLNode(value: .table(made), position: position))
            } else {
                try define(Array(keys.dropFirst()), isArray: isArray, at: position, in: &inner)
                nodes[nodes.count - 1].value = .table(inner)
            }
            table.members[index].node.value = .array(nodes)
        case .string, .integer, .float, .boolean:
            throw Diagnostic(
                position, "'\(shortened(key.name))' is a value since \(before), not a table")
        }
    }

    /// Sets a dotted key within a table.
    static func assign(
        _ keys: [Key], _ node: TOMLNode, in table: inout TOMLTable
    ) throws(Diagnostic) {
        let key = keys[0]
        let position = key.position
        guard let index = table.index(of: key.name) else {
            var value = node
            if keys.count > 1 {
                var inner = TOMLTable()
                try assign(Array(keys.dropFirst()), node, in: &inner)
                inner.isDefined = true
                inner.isDotted = true
                value = TOMLNode(value: .table(inner), position: position)
            }
            table.members.append(.init(key: key.name, position: position, node: value))
            return
        }
        guard keys.count > 1, case .table(var inner) = table.members[index].node.value,
            !inner.isClosed, !inner.isDefined || inner.isDotted
        else {
            throw Diagnostic(
                position,
                "'\(shortened(key.name))' is set already at \(table.members[index].position)")
        }
        try assign(Array(keys.dropFirst()), node, in: &inner)
        inner.isDefined = true
        inner.isDotted = true
        table.members[index].node.value = .table(inner)
    }
}
