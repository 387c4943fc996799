import Configuration
import Curl
import Linux
import ModelTypes
import Synchronization
import TestHome
import Testing
import Tools
import WebSockets
import WireCodec

@testable import HomeAssistant

/// A fake home, and the model's functions for it in the runner that the daemon uses.
final class HomeRig: Sendable {
    let fake: FakeHome
    private let loop: EventLoop
    private let home: Home
    private let runner: ToolRunner
    let user = User()
    private let noted: Noted

    /// The lines of the log.
    var notes: [String] { noted.lines }

    private final class Noted: Sendable {
        private let state = Mutex<[String]>([])

        var lines: [String] { state.withLock { $0 } }

        func add(_ line: String) { state.withLock { $0.append(line) } }
    }

    /// The user who is asked, and the answer.
    final class User: ConfirmationPort {
        private let state = Mutex<(isWilling: Bool, asked: [String])>((true, []))

        func refuseFromNowOn() { state.withLock { $0.isWilling = false } }

        var asked: [String] { state.withLock { $0.asked } }

        func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
            state.withLock { state in
                state.asked.append(request.subject)
                return state.isWilling ? .granted : .refused("nothing was done: nobody confirmed")
            }
        }
    }

    /// The home's token.
    private struct Secrets: SecretPort {
        let token: String
        let code: String?

        func secret(_ name: String) throws -> Secret {
            Secret(name == "code" ? code ?? "" : token)
        }
    }

    /// A home that is reached at its own address, or at another.
    init(
        _ model: HomeModel = .usual, token: String = FakeHome.token, url: String? = nil,
        exposure: HomeExposure = .usual, guarded: [String] = [],
        code: String? = nil, deadline: Duration = .seconds(20)
    ) async throws {
        fake = try await FakeHome(model)
        loop = try EventLoop(name: "test-client")
        let noted = Noted()
        let loop = loop
        var terms = ToolTerms(deadline: deadline)
        terms.resultBytes = 64 * 1024
        terms.callsPerMinute = .max
        let settings = HomeAssistantToolSettings(
            url: url ?? fake.url, token: try SecretText("{secret:token}"), exposure: exposure,
            guarded: guarded, indirectRisk: nil,
            code: try SecretText(code == nil ? "" : "{secret:code}"), authorityFile: "")
        home = try Home(
            settings, name: "home", terms: terms, confirmation: .button, client: HTTPClient(),
            ports: ToolPorts(secrets: Secrets(token: token, code: code)), loop: { loop },
            note: { text in noted.add(text) })
        self.noted = noted
        runner = ToolRunner(
            registry: try ToolRegistry(try home.tools()), limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: user, journal: NoJournal(),
                audit: NoAudit()))
    }

    /// Ends the connection and the loop.
    func end() async {
        await runner.stop()
        await home.end()
        loop.stop()
    }

    /// The answer to the model for a call.
    func call(_ name: String, _ arguments: JSONObject = [:]) async -> JSONValue {
        let outcome = await runner.run(
            FunctionCall(id: "", name: "home_\(name)", arguments: .object(arguments)),
            conversation: 0)
        guard case .answered(let answer) = outcome else { return .null }
        return answer.response
    }

    /// The error for the model; empty when there is none.
    func error(_ name: String, _ arguments: JSONObject = [:]) async -> String {
        await call(name, arguments)["error"]?.string ?? ""
    }

    /// Waits for a condition that another thread brings about.
    func eventually(_ holds: () async -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if await holds() { return true }
            await Task.yield()
        }
        return false
    }
}

extension HomeModel {
    /// Two rooms with the usual devices.
    static var usual: HomeModel {
        var model = HomeModel()
        model.areas = [
            ["area_id": "kitchen", "name": "Kitchen", "aliases": ["Küche"]],
            ["area_id": "living_room", "name": "Living Room", "aliases": []],
            ["area_id": "cellar", "name": "Cellar", "aliases": []],
        ]
        model.devices = [["id": "d1", "area_id": "living_room", "labels": []]]
        model.labels = [["label_id": "voice", "name": "Voice"]]
        model.add(
            "light.ceiling", "Ceiling", area: "kitchen", aliases: ["big light"], state: "on",
            attributes: ["brightness": 128, "supported_color_modes": ["brightness"]])
        model.add("light.counter", "Counter", area: "kitchen")
        model.add("light.table", "Table lamp", device: "d1")
        model.add("light.floor", "Floor lamp", device: "d1")
        model.add("light.cellar", "Cellar light", area: "cellar")
        model.add("lock.front", "Front door", labels: ["voice"], state: "locked")
        model.add(
            "cover.garage", "Garage", labels: ["voice"], state: "closed",
            attributes: ["device_class": "garage"])
        model.add(
            "sensor.kitchen_temperature", "Kitchen temperature", area: "kitchen", state: "21.5",
            attributes: ["unit_of_measurement": "°C", "device_class": "temperature"])
        model.add("sensor.signal", "Signal", area: "kitchen", aside: "diagnostic")
        model.add("script.gate", "Open the gate", labels: ["voice"])
        return model
    }
}

extension HomeExposure {
    /// The two rooms, and everything with the label.
    static var usual: HomeExposure {
        HomeExposure(
            domains: [], areas: ["Kitchen", "living room"], labels: ["voice"], entities: [],
            exceptions: ["light.counter"])
    }
}
