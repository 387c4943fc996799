package import Configuration
internal import ModelTypes
internal import Tools

/// What the doctor says of the far ends that the settings name, the service aside.
///
/// They are the broker, Home Assistant, and the servers that bring tools. Nothing is switched and
/// nothing is said.
package enum FarFindings {
    /// Asks each of them; within the time-outs of each, one after the other.
    package static func all(_ settings: Settings) async -> [Finding] {
        var findings: [Finding] = []
        if !settings[Keys.mqtt.host].isEmpty { findings.append(await broker(settings)) }
        for (tool, home) in settings.tools(HomeAssistantToolSettings.self) {
            findings.append(await self.home(tool, home.url, settings))
        }
        findings += await servers(settings)
        return findings
    }

    private static func broker(_ settings: Settings) async -> Finding {
        do {
            return Finding(.works, "broker", try await BrokerErrands.check(settings))
        } catch {
            return Finding(.broken, "broker", "\(settings[Keys.mqtt.host]): \(error)")
        }
    }

    /// As the model would ask for the list of devices, which never asks anybody.
    private static func home(
        _ tool: ToolSettings, _ url: String, _ settings: Settings
    ) async -> Finding {
        var alone = settings
        alone.keepTools { $0.title == tool.title }
        let function = "\(tool.name)_list_devices"
        do {
            let tools = try ToolSet(alone, own: nil)
            await tools.prepare(for: function)
            let runner = ToolRunner(
                registry: tools.registry, limits: settings.toolLimits,
                ports: RunnerPorts(
                    clock: SystemToolClock(), confirmation: NobodyToAsk(), journal: NoJournal(),
                    audit: NoAudit()))
            let outcome = await runner.run(
                FunctionCall(id: "", name: function, arguments: [:]), conversation: 0)
            await runner.stop()
            await tools.rest()
            guard case .answered(let answer) = outcome else {
                return Finding(.broken, tool.title, "\(url) did not answer")
            }
            if let error = answer.response["error"]?.string {
                return Finding(.broken, tool.title, "\(url): \(error)")
            }
            let output = answer.response["output"]
            let count = output?["devices"]?.array?.count ?? 0
            guard count > 0 else {
                return Finding(
                    .weak, tool.title,
                    "\(url) answers, but nothing of the home is exposed: see areas, labels, domains "
                        + "and entities")
            }
            return Finding(.works, tool.title, "\(url) answers and exposes \(count) devices")
        } catch {
            return Finding(.broken, tool.title, "\(error)")
        }
    }

    /// Starts the servers, has them list their tools, and ends them.
    private static func servers(_ settings: Settings) async -> [Finding] {
        var alone = settings
        alone.keepTools { $0.kind is MCPToolSettings }
        guard !alone.tools.isEmpty else { return [] }
        do {
            let offered = try await ToolSet.offered(alone, log: Log(level: .error))
            let names = offered.declarations.map(\.name)
            var findings = offered.notes.map { Finding(.weak, "tools", $0) }
            for tool in alone.tools {
                let count = names.count { $0.hasPrefix("\(tool.name)_") }
                findings.append(
                    count > 0
                        ? Finding(.works, tool.title, "its server offers \(count) functions")
                        : Finding(
                            .broken, tool.title,
                            "its server offers nothing: it did not start or answer, or 'tools' names "
                                + "none of what it has; `martlet tools check` says more"))
            }
            return findings
        } catch {
            return [Finding(.broken, "tools", "\(error)")]
        }
    }
}
