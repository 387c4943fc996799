package import Configuration
internal import Linux
internal import ModelTypes
internal import Tools
internal import WireCodec

/// What the doctor says of the far ends that the settings name, the service aside.
///
/// They are the broker, Home Assistant, and the servers that bring tools. Nothing is switched and
/// nothing is said.
package enum FarFindings {
    /// Asks each of them; within the time-outs of each, one after the other.
    package static func all(_ settings: Settings) async -> [Finding] {
        var findings: [Finding] = []
        if !settings[Keys.mqtt.host].isEmpty { findings.append(await broker(settings)) }
        for tool in settings.tools {
            guard let probe = tool.kind.probe(tool) else { continue }
            findings.append(await answer(to: probe, of: tool, settings))
        }
        findings += await servers(settings)
        return findings
    }

    private static func broker(_ settings: Settings) async -> Finding {
        do {
            return Finding(
                .works, "broker", "broker", try await BrokerCommandHandler.check(settings))
        } catch {
            return Finding(
                .broken, "broker", "broker", "the broker cannot be used",
                evidence: "\(settings[Keys.mqtt.host]): \(error)",
                remedy: .command("martlet mqtt check"))
        }
    }

    private static func answer(
        to probe: ToolProbe, of tool: ToolSettings, _ settings: Settings
    ) async -> Finding {
        var alone = settings
        alone.keepTools { $0.title == tool.title }
        let (function, url) = (probe.function, probe.place)
        do {
            let tools = try ToolSet(alone, own: nil)
            await tools.prepare(for: function)
            let runner = ToolRunner(
                registry: tools.registry, limits: ToolLimits(settings),
                ports: RunnerPorts(
                    clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                    audit: NoAudit()))
            let outcome = await runner.run(
                FunctionCall(id: "", name: function, arguments: [:]), conversation: 0)
            await runner.stop()
            await tools.rest()
            guard case .answered(let answer) = outcome else {
                return broken(tool, "\(url) did not answer")
            }
            if let error = answer.response["error"]?.string {
                return broken(tool, "\(url): \(error)")
            }
            switch probe.judge(answer.response["output"]) {
            case .works(let words):
                return Finding(.works, "tools.home", tool.title, "\(url) \(words)")
            case .weak(let words):
                return Finding(.weak, "tools.home", tool.title, "\(url) \(words)")
            }
        } catch {
            return broken(tool, "\(error)")
        }
    }

    private static func broken(_ tool: ToolSettings, _ text: String) -> Finding {
        Finding(.broken, "tools.home", tool.title, text)
    }

    /// Starts the servers, has them list their tools, and ends them.
    private static func servers(_ settings: Settings) async -> [Finding] {
        var alone = settings
        alone.keepTools { $0.isSource && $0.kind.probe($0) == nil }
        guard !alone.tools.isEmpty else { return [] }
        do {
            let offered = try await ToolSet.offered(alone, log: Log(level: .error))
            let names = offered.declarations.map(\.name)
            var findings = offered.notes.map { Finding(.weak, "tools.server", "tools", $0) }
            findings += offered.unwanted.map { Finding(.works, "tools.unwanted", "tools", $0) }
            for tool in alone.tools {
                let count = names.count { $0.hasPrefix("\(tool.name)_") }
                findings.append(
                    count > 0
                        ? Finding(
                            .works, "tools.server", tool.title,
                            "its server offers \(count) functions")
                        : Finding(
                            .broken, "tools.server", tool.title,
                            "its server offers nothing: it did not start or answer, or 'tools' names "
                                + "none of what it has", remedy: .command("martlet tools check")))
            }
            return findings
        } catch {
            return [Finding(.broken, "tools.server", "tools", "\(error)")]
        }
    }
}
