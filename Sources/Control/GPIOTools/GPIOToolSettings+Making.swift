package import Configuration
internal import GPIO
internal import Tools

// One function for all lines.
extension GPIOToolSettings {
    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        var lines: [GPIOTool.Line] = []
        for (settings, line) in tables {
            do {
                lines.append(
                    GPIOTool.Line(
                        name: settings.name, description: settings.description,
                        port: try line.port(isDry: maker.isDry), actions: Set(line.actions),
                        pulseMilliseconds: Int64(line.pulseMilliseconds), terms: settings.terms))
            } catch {
                maker.note(error, of: settings)
            }
        }
        guard !lines.isEmpty, let first = tables.first?.settings else { return }
        do {
            let tool = try GPIOTool(lines: lines, clock: maker.ports.clock)
            maker.add(tool, at: first.position)
            maker.end { await tool.rest() }
        } catch {
            maker.note(error, at: first.position)
        }
    }

    private func port(isDry: Bool) throws -> GPIOTool.Line.Port {
        let name = file.isEmpty ? try LineName(line) : nil
        if isDry { return .input(FileInput(path: "/dev/null")) }
        switch direction {
        case .output:
            guard let name else {
                return .output(try FileOutput(path: file, isOn: restsOn), restsOn: restsOn)
            }
            let output = try LineOutput(name: name, activeLow: activeLow, isOn: restsOn)
            return .output(output, restsOn: restsOn)
        case .input:
            guard let name else { return .input(FileInput(path: file)) }
            return .input(
                try LineReading(name: name, bias: LineBias(bias), activeLow: activeLow))
        }
    }
}

extension LineBias {
    fileprivate init(_ bias: GPIOToolSettings.Bias) {
        self =
            switch bias {
            case .none: .none
            case .pullUp: .pullUp
            case .pullDown: .pullDown
            }
    }
}
