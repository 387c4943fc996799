import Linux
import ModelTypes
import Simulation
import TestProcesses
import Testing
import WireCodec

/// The real program under a systemd with a watchdog, with signals at every moment.
@Suite("The daemon as systemd sees it", .serialized, .timeLimit(.minutes(5)))
struct LifeOfProcessTests {
    private static let handsFree = """
        [conversation]
        mode = "hands-free"
        [button]
        source = "none"
        """

    // MARK: - Settings with a mistake

    @Test(
        "a mistake at the start: the last working settings are used, and the mistake logged at err")
    func lastGood() async throws {
        let daemon = try DaemonProcess()
        defer { daemon.end() }
        try daemon.write(Self.handsFree)
        try await daemon.startReady()
        try await until { Files.exists("\(daemon.folder)/state/settings.a") }
        #expect(daemon.stop() == .exited(0))

        try daemon.write("model = 7\n" + Self.handsFree)
        try await daemon.startReady()
        try await daemon.journal.wait { $0.hasPrefix("<3>") && $0.contains("martlet.toml:10:9") }
        try await daemon.journal.wait {
            $0.hasPrefix("<3>") && $0.contains("the last settings that worked")
        }
        try await daemon.notices.wait {
            $0.hasPrefix("STATUS=") && $0.contains("not what the settings say")
        }
        // It takes the corrected settings.
        try daemon.write(Self.handsFree)
        daemon.send(.hangUp)
        try await daemon.notices.wait(count: 3) { $0 == "READY=1" }
        #expect(daemon.stop() == .exited(0))
    }

    @Test(
        "a mistake at the very first start: it stays up, reports it, and takes the corrected file")
    func firstMistake() async throws {
        let daemon = try DaemonProcess()
        defer { daemon.end() }
        try daemon.write("[nonsense]\na = 1")
        try await daemon.startReady()
        try await daemon.journal.wait { $0.hasPrefix("<3>") && $0.contains("nonsense") }
        try await daemon.journal.wait { $0.hasPrefix("<3>") && $0.contains("there is no session") }
        try daemon.write(Self.handsFree)
        daemon.send(.hangUp)
        try await daemon.notices.wait(count: 2) { $0 == "READY=1" }
        try await daemon.journal.wait { $0.contains("mode hands-free") || $0.contains("model ") }
        #expect(daemon.stop() == .exited(0))
    }

    @Test("a mistake at a reload stops nothing, also one that only a start would meet")
    func mistakeAtReload() async throws {
        let daemon = try DaemonProcess()
        defer { daemon.end() }
        try daemon.write(Self.handsFree)
        try await daemon.startReady()
        for (count, mistake) in [
            "[nonsense]", "[mute_switch]\nline = \"no line\"",
            "[[tool.http]]\nname = \"a\"\ndescription = \"d\"\nurl = \"http://h/{nothing}\"",
        ].enumerated() {
            try daemon.write(Self.handsFree + "\n" + mistake)
            daemon.send(.hangUp)
            try await daemon.journal.wait(count: count + 1) {
                $0.hasPrefix("<3>") && $0.contains("the old ones are kept")
            }
        }
        #expect(daemon.notices.all.count { $0 == "READY=1" } == 1)
        #expect(!daemon.notices.all.contains("RELOADING=1"))
        #expect(daemon.stop() == .exited(0))
    }

    @Test("without a key it can be reloaded like any other")
    func noKey() async throws {
        let daemon = try DaemonProcess()
        defer { daemon.end() }
        try daemon.write("key_file = \"\(daemon.folder)/key\"\n" + Self.handsFree)
        try await daemon.startReady()
        try await daemon.journal.wait { $0.contains("\(daemon.folder)/key") }
        try daemon.write("key_file = \"\(daemon.folder)/other\"\n" + Self.handsFree)
        daemon.send(.hangUp)
        try await daemon.notices.wait(count: 2) { $0 == "READY=1" }
        try await daemon.journal.wait { $0.contains("\(daemon.folder)/other") }
        #expect(daemon.stop() == .exited(0))
    }

    @Test("a missing settings file that is named ends every verb, the daemon with 78")
    func missingFile() throws {
        let daemon = try DaemonProcess()
        defer { daemon.end() }
        try daemon.start(["--config", "/nope.toml"])
        #expect(daemon.ended() == .exited(78))
        for verb in [
            ["doctor", "--no-service"], ["config", "show"], ["config", "check"],
            ["tools", "list"], ["tools", "check"], ["tools", "call", "device_status"],
            ["talk", "--input", "null", "--output", "null"], ["mqtt", "check"],
            ["mqtt", "forget"], ["devices"], ["devices", "--meter"],
        ] {
            let (exit, output) = try run(verb + ["--config", "/nope.toml"])
            #expect(exit != nil && exit != .exited(0), "\(verb)")
            #expect(output.contains("/nope.toml"), "\(verb): \(output)")
        }
    }

    /// Another verb of the program, with a key: its exit and all of its output.
    private func run(_ arguments: [String]) throws -> (ProcessExit?, String) {
        let process = try SpawnedProcess(
            Command(
                arguments: [
                    "/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1", try DaemonProcess.program(),
                ]
                    + arguments,
                environment: ["PATH": "/usr/bin:/bin", "GEMINI_API_KEY": "x"]
                    .merging(DaemonProcess.sanitizers) { $1 },
                outputLimitBytes: 0), output: .lines)
        var output = ""
        while let line = process.readLine(timeout: .seconds(60)) { output += line + "\n" }
        return (process.wait(timeout: .seconds(60)), output)
    }

    @Test("the doctor without a service check exits cleanly, however often it is called")
    func doctor() throws {
        let daemon = try DaemonProcess()
        defer { daemon.end() }
        try daemon.write(Self.handsFree)
        for _ in 0..<3 {
            let (exit, output) = try run([
                "doctor", "--no-service", "--config", "\(daemon.folder)/martlet.toml",
            ])
            // The machine may have faults of its own, which the doctor reports, too.
            #expect(exit == .exited(0) || exit == .exited(1), "\(output)")
            #expect(output.contains("ok    key: from the variable GEMINI_API_KEY"), "\(output)")
        }
    }

    // MARK: - SIGTERM

    /// The program's state when SIGTERM comes.
    enum Moment: CaseIterable, Sendable {
        case starting, idle, reloading, mistaken
    }

    @Test("SIGTERM is obeyed at every moment", arguments: Moment.allCases)
    func terminated(moment: Moment) async throws {
        let daemon = try DaemonProcess(environment: ["GEMINI_API_KEY": "test-key"])
        defer { daemon.end() }
        try daemon.write(Self.handsFree)
        switch moment {
        case .starting:
            try daemon.start()
            try await daemon.journal.wait { $0.contains("martlet ") }
        case .idle: try await daemon.startReady()
        case .reloading:
            try await daemon.startReady()
            for _ in 0..<3 { daemon.send(.hangUp) }
            try await daemon.notices.wait { $0 == "RELOADING=1" }
        case .mistaken:
            try daemon.write("[nonsense]")
            try await daemon.startReady()
        }
        #expect(daemon.stop() == .exited(0))
        #expect(daemon.notices.all.contains("STOPPING=1"))
    }

    /// The device's activity when SIGTERM or SIGHUP comes.
    enum Activity: CaseIterable, Sendable {
        case listening, thinking, speaking, ringing
    }

    /// A daemon in the middle of something.
    private func busy(_ activity: Activity) async throws -> Household {
        var scenario = Scenario.saying(Noise.samples(24_000 * 30, seed: 3))
        scenario.goesOnAcrossSessions = true
        if activity == .thinking {
            scenario.turns[0].calls = [Scenario.Call(name: "wait", arguments: [:])]
        }
        let house = try await Household(scenario: scenario) { folder in
            """
            [[tool.command]]
            name = "wait"
            description = "Waits."
            argv = ["/bin/sh", "-c", "echo begun > \(folder)/state/begun; exec tail -f /dev/null"]
            writable = ["\(folder)/state"]
            deadline_ms = 60000
            """
        }
        try await house.start()
        switch activity {
        case .listening: try await house.startTalking()
        case .thinking:
            await house.speak()
            try await until { !house.text("state/begun").isEmpty }
        case .speaking:
            await house.speak()
            try await house.journal.wait { $0.contains("-> speaking") }
        case .ringing:
            _ = try await house.call("set_timer", #"{"seconds": 1}"#, id: "timer")
            try await house.journal.wait { $0.contains("timer 1 rings") }
        }
        return house
    }

    @Test("SIGTERM is obeyed whatever the device is doing", arguments: Activity.allCases)
    func terminatedBusy(activity: Activity) async throws {
        let house = try await busy(activity)
        defer { house.end() }
        #expect(house.terminate() == .exited(0))
    }

    @Test(
        "SIGTERM is obeyed while a reload waits for a turn or an alarm to end",
        arguments: Activity.allCases)
    func terminatedWaiting(activity: Activity) async throws {
        let house = try await busy(activity)
        defer { house.end() }
        house.hangUp()
        try await house.journal.wait { $0.contains("have been read again") }
        #expect(house.terminate() == .exited(0))
        #expect(house.journal.all.count { $0.contains(" online") } == 1, "it was not restarted")
    }

    // MARK: - The watchdog

    /// All settings that change what the microphone does between turns.
    private static let modes: [String] = ["hold", "tap", "hands-free"].flatMap { mode in
        ["0", "500"].flatMap { preRoll in
            ["", "[mute_switch]\nline = \"GPIO4\"\n", "[audio.echo]\nmode = \"cancel\"\n"].map {
                more in
                """
                [conversation]
                mode = "\(mode)"
                pre_roll_ms = \(preRoll)
                \(mode == "hands-free" ? "[button]\nsource = \"none\"" : "")
                \(more)
                """
            }
        }
    }

    @Test("every documented mode outlives systemd's watchdog time")
    func everyMode() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for mode in Self.modes {
                group.addTask {
                    let daemon = try DaemonProcess(
                        watchdogMilliseconds: 3000, environment: ["GEMINI_API_KEY": "test-key"])
                    defer { daemon.end() }
                    try daemon.write(mode)
                    try await daemon.startReady()
                    // One comes each second; by the fifth a device without signs of life is dead.
                    try await daemon.notices.wait(count: 6) { $0 == "WATCHDOG=1" }
                    #expect(
                        !daemon.journal.all.contains { $0.contains("delivers no samples") },
                        "\(mode)")
                    #expect(daemon.stop() == .exited(0), "\(mode)")
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: - Mute and volume

    @Test("a reload keeps mute and volume, and opens no microphone")
    func byHand() async throws {
        var scenario = Scenario.saying(Noise.samples(2400, seed: 1))
        scenario.goesOnAcrossSessions = true
        let house = try await Household(scenario: scenario)
        defer { house.end() }
        try await house.start()
        _ = try await house.call("volume", #"{"set_percent": 35}"#, id: "volume")
        _ = try await house.call("mute", id: "mute")
        house.hangUp()
        try await house.journal.wait(count: 2) { $0.contains(" online") }
        let status = try await house.call("device_status", id: "status")
        #expect(status.contains(#""volume_percent":35"#), "\(status)")
        let words = house.service.all.count { $0.isWordsBegan }
        await house.speak()
        // By the time of its answer, earlier words would have arrived.
        _ = try await house.call("device_status", id: "again")
        #expect(house.service.all.count { $0.isWordsBegan } == words, "it hears")
        #expect(!house.journal.all.contains { $0.contains("not muted any more") })
    }
}
