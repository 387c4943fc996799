// swift-tools-version: 6.0
import PackageDescription

// The manifest is the architecture: one line per target, every edge points down, and the folder
// below Sources is the layer. StyleTests compares the imports of every file with these edges.
let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "martlet-bench", targets: ["martlet-bench"]),
    ],
    dependencies: [
        // Exactly this one, so that every build is of the same sources.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: Targets.bindings + Targets.realtime + Targets.control + Targets.programs
        + Targets.tests,
    swiftLanguageModes: [.v6]
)

/// The targets, layer by layer.
enum Targets {
    // Bindings: the C libraries, and the Swift types that own their handles.
    static var bindings: [Target] {
        [
            .systemC("CALSA", pkgConfig: "alsa", apt: "libasound2-dev"),
            .systemC("CWebSockets", pkgConfig: "libwebsockets", apt: "libwebsockets-dev"),
            .systemC("CGPIO", pkgConfig: "libgpiod", apt: "libgpiod-dev"),
            .systemC("COpus", pkgConfig: "opus", apt: "libopus-dev"),
            .systemC("CSpeexDSP", pkgConfig: "speexdsp", apt: "libspeexdsp-dev"),
            .ownC("CCurl"),
            .ownC("CMosquitto"),
            .ownC("CWebRTC"),
            // Its weights come in by an assembler's directive, which spares the compiler 900 KB.
            .ownC("CSilero", excluded: ["LICENSE.txt", "weights.f32"]),
            .systemC("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
            .ownC("CLinux"),
            .binding("Linux", ["CLinux"]),
            .binding("ALSA", ["CALSA", "Linux"]),
            .binding("GPIO", ["CGPIO", "Linux"]),
            .binding("Opus", ["COpus"]),
            .binding("SpeexDSP", ["CSpeexDSP"]),
            .binding("WebRTC", ["CWebRTC"]),
            .binding("Silero", ["CSilero"]),
            .binding("WebSockets", ["CWebSockets", "Linux"]),
            .binding("Curl", ["CCurl", "Linux"]),
            .binding("Crypto", ["CCrypto"]),
            .binding("Mosquitto", ["CMosquitto", "Linux"]),
        ]
    }

    // Realtime: the audio path. Threads, rings and samples; no word of Swift concurrency.
    static var realtime: [Target] {
        [
            .realtime("AudioCore", ["Linux"]),
            .realtime("SignalProcessing", ["Silero"], isAlwaysOptimized: true),
            .realtime(
                "AudioPath",
                ["AudioCore", "SignalProcessing", "ALSA", "SpeexDSP", "WebRTC", "Linux"]),
        ]
    }

    // Control: machines, actors, protocols, tools, the daemon. No unsafe pointers but in
    // WireCodec, which holds the hot path between samples and the wire.
    static var control: [Target] {
        [
            .control("Panel", []),
            .control("Text", []),
            // What goes over wires in any protocol: JSON, base64, event streams, secrets.
            .control("WireCodec", []),
            .control("ModelTypes", ["WireCodec"]),
            .control("Accounts", ["ModelTypes", "WireCodec", "Curl", "Crypto", "Linux"]),
            .control("VoiceSession", ["ModelTypes", "WireCodec"]),
            .control(
                "Live",
                [
                    "Configuration", "ModelTypes", "VoiceSession", "WireCodec", "WebSockets",
                    "SpeexDSP", "Linux",
                ]),
            .control("Store", ["WireCodec", "Linux"]),
            .control("Tools", ["ModelTypes", "WireCodec", "Store", "Text", "Linux"]),
            .control(
                "Configuration", ["Linux", "ModelTypes", "WireCodec", "Panel", "Text", "Tools"]),
            // The kinds of tools, each under its name in the settings; none knows another.
            .control(
                "GPIOTools", ["Configuration", "ModelTypes", "WireCodec", "Tools", "GPIO", "Linux"]),
            .control(
                "CommandTools", ["Configuration", "ModelTypes", "WireCodec", "Tools", "Linux"]),
            .control(
                "HTTPTools", ["Configuration", "ModelTypes", "WireCodec", "Tools", "Curl", "Linux"]),
            .control(
                "MQTTTools", ["Configuration", "WireCodec", "Tools", "Mosquitto"]),
            .control(
                "HomeAssistant",
                [
                    "Configuration", "ModelTypes", "WireCodec", "Text", "Tools", "Curl",
                    "WebSockets", "Linux",
                ]),
            .control(
                "MCP",
                ["Configuration", "ModelTypes", "Text", "Tools", "WireCodec", "Curl", "Linux"]),
            .control(
                "AllToolKinds",
                [
                    "Configuration", "GPIOTools", "CommandTools", "HTTPTools", "MQTTTools",
                    "HomeAssistant", "MCP",
                ]),
            .control("Broker", ["WireCodec", "Mosquitto"]),
            .control(
                "Timers", ["Configuration", "ModelTypes", "WireCodec", "Store", "Tools", "Linux"]),
            .control(
                "Assistant", ["Configuration", "ModelTypes", "WireCodec", "Tools", "VoiceSession"]),
            .control(
                "Sounds", ["Opus"],
                embedded: [
                    "Assets/alarm.opus", "Assets/budget.opus", "Assets/confirm.opus",
                    "Assets/done.opus",
                    "Assets/error.opus",
                    "Assets/listening.opus", "Assets/muted.opus", "Assets/no_key.opus",
                    "Assets/no_microphone.opus", "Assets/no_network.opus",
                    "Assets/offline.opus", "Assets/refused.opus", "Assets/settings.opus",
                    "Assets/timer.opus",
                ]),
            .control(
                "Daemon",
                [
                    "Accounts", "AllToolKinds", "Assistant", "Broker", "Configuration", "Curl",
                    "Live", "MQTTTools", "ModelTypes", "WireCodec", "Mosquitto", "Panel", "Sounds",
                    "Store",
                    "Text", "Timers", "Tools", "VoiceSession", "AudioPath",
                    "SignalProcessing", "AudioCore", "ALSA", "GPIO", "Opus", "SpeexDSP",
                    "WebSockets",
                    "Linux",
                ]),
            .control(
                "Setup",
                [
                    "AllToolKinds", "Configuration", "Daemon", "Text", "Tools", "WireCodec",
                    "AudioPath", "SignalProcessing", "ALSA", "GPIO", "Linux",
                ]),
        ]
    }

    // Simulation, and the programs: thin executables.
    static var programs: [Target] {
        [
            .simulation(
                "Simulation",
                [
                    "Assistant", "AudioCore", "Configuration", "Live", "ModelTypes", "Opus",
                    "Panel", "SpeexDSP", "Text", "Timers", "Tools", "VoiceSession", "WebSockets",
                    "WireCodec", "Linux",
                ],
                embedded: ["Scenarios"]),
            .program(
                "martlet",
                [
                    "AllToolKinds", "Assistant", "AudioCore", "AudioPath", "Configuration",
                    "Daemon", "ModelTypes", "WireCodec", "SignalProcessing", "Simulation", "ALSA",
                    "GPIO",
                    "Setup", "SpeexDSP",
                    "Text", "Tools", "VoiceSession", "Linux",
                ]),
            .program(
                "martlet-bench",
                [
                    "AllToolKinds", "Assistant", "AudioCore", "AudioPath", "CAllocationCounter",
                    "CommandTools", "Configuration", "Daemon", "GPIOTools", "Live", "MQTTTools",
                    "MCP", "ModelTypes", "Mosquitto", "SignalProcessing",
                    "Simulation", "SpeexDSP", "Store",
                    "TestBroker", "Tools", "VoiceSession", "WebSockets", "WireCodec", "Linux",
                ]),
            .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
            .target(
                name: "CScriptedCard", dependencies: ["CALSA"],
                path: "Tests/Support/CScriptedCard"),
            .support("TestInputs", []),
            .support("TestSockets", ["Linux"]),
            .support("TestHTTP", ["TestSockets", "Linux"]),
            .support("TestHome", ["ModelTypes", "WireCodec", "TestHTTP", "WebSockets", "Linux"]),
            .support("TestDisk", ["Store", "Linux"]),
            .support("TestEchoDoor", ["Linux"]),
            .support("TestProcesses", ["Linux"]),
            .support("TestBroker", ["TestSockets", "Linux"]),
        ]
    }

    // One test target a target, then the whole.
    static var tests: [Target] {
        [Target].tests(
            ("LinuxTests", ["Linux", "CLinux", "CAllocationCounter", "TestInputs"]),
            ("ALSATests", ["ALSA", "CScriptedCard", "Linux"]),
            ("GPIOTests", ["GPIO", "Linux"]),
            ("OpusTests", ["Opus", "Linux"]),
            ("SpeexDSPTests", ["SpeexDSP"]),
            ("WebRTCTests", ["WebRTC", "Linux", "TestEchoDoor"]),
            ("WebSocketsTests", ["WebSockets", "Linux", "TestInputs", "TestSockets"]),
            ("CurlTests", ["Curl", "Linux", "TestHTTP"]),
            ("CryptoTests", ["Crypto", "Linux"]),
            (
                "MosquittoTests",
                ["Mosquitto", "Linux", "TestBroker", "TestSockets"]
            ),
            ("AudioCoreTests", ["AudioCore", "CAllocationCounter", "Linux"]),
            ("SignalProcessingTests", ["SignalProcessing", "TestInputs"]),
            (
                "AudioPathTests",
                [
                    "AudioPath", "AudioCore", "SignalProcessing", "ALSA", "Linux",
                    "CAllocationCounter", "TestEchoDoor", "TestInputs",
                ]
            ),
            ("PanelTests", ["Panel"]),
            ("TextTests", ["Text", "TestInputs"]),
            (
                "ConfigurationTests",
                [
                    "Configuration", "AllToolKinds", "CommandTools", "GPIOTools", "Linux", "Tools",
                ]
            ),
            ("WireCodecTests", ["WireCodec", "TestInputs"]),
            ("ModelTypesTests", ["ModelTypes", "WireCodec", "TestInputs"]),
            (
                "AccountsTests",
                ["Accounts", "Curl", "Crypto", "ModelTypes", "WireCodec", "Linux", "TestHTTP"]
            ),
            ("VoiceSessionTests", ["VoiceSession"]),
            (
                "LiveTests",
                [
                    "Live", "ModelTypes", "VoiceSession", "WireCodec", "WebSockets", "TestInputs",
                ]
            ),
            ("StoreTests", ["Store", "ModelTypes", "WireCodec", "Linux", "TestDisk"]),
            (
                "ToolsTests",
                [
                    "Tools", "CommandTools", "Configuration", "GPIOTools", "ModelTypes",
                    "WireCodec", "Store",
                    "Linux", "TestDisk", "TestInputs", "TestProcesses",
                ]
            ),
            (
                "MQTTToolsTests",
                [
                    "MQTTTools", "Configuration", "Tools", "ModelTypes", "WireCodec", "Mosquitto",
                    "Linux",
                    "TestBroker",
                ]
            ),
            ("BrokerTests", ["Broker", "WireCodec", "Mosquitto", "TestInputs"]),
            (
                "HTTPToolsTests",
                [
                    "HTTPTools", "Configuration", "Tools", "ModelTypes", "WireCodec", "Curl",
                    "Linux",
                    "TestHTTP", "TestInputs",
                ]
            ),
            (
                "MCPTests",
                [
                    "MCP", "Configuration", "Tools", "ModelTypes", "WireCodec", "Curl", "Linux",
                    "TestHTTP",
                    "TestInputs",
                    "TestProcesses",
                ]
            ),
            (
                "HomeAssistantTests",
                [
                    "HomeAssistant", "Configuration", "Tools", "ModelTypes", "WireCodec", "Text",
                    "Curl",
                    "WebSockets", "Linux",
                    "TestHTTP", "TestHome", "TestInputs",
                ]
            ),
            (
                "TimersTests",
                [
                    "Timers", "Configuration", "Tools", "ModelTypes", "WireCodec", "Store", "Linux",
                    "TestDisk",
                    "TestInputs",
                ]
            ),
            (
                "AssistantTests",
                [
                    "Assistant", "Configuration", "ModelTypes", "WireCodec", "TestInputs", "Tools",
                    "VoiceSession",
                ]
            ),
            ("SoundsTests", ["Sounds"]),
            (
                "SimulationTests",
                ["Simulation", "ModelTypes", "WireCodec", "WebSockets", "Linux", "TestSockets"]
            ),
            (
                "DaemonTests",
                [
                    "Daemon", "Accounts", "AllToolKinds", "ALSA", "Assistant", "AudioPath",
                    "CommandTools", "Configuration", "Curl",
                    "GPIO", "Live", "ModelTypes", "WireCodec", "Mosquitto", "Panel", "Sounds",
                    "AudioCore",
                    "Store", "TestDisk", "Timers", "Tools", "VoiceSession",
                    "WebSockets",
                    "Linux",
                    "TestHTTP", "TestHome", "TestInputs", "TestProcesses",
                ]
            ),
            (
                "SetupTests",
                [
                    "Setup", "Configuration", "Daemon", "Linux", "Tools", "WireCodec",
                    "TestInputs",
                ]
            ),
            (
                "EndToEndTests",
                [
                    "Daemon", "AllToolKinds", "Simulation", "Configuration", "ALSA", "Assistant",
                    "ModelTypes", "WireCodec", "Mosquitto", "TestBroker", "Opus", "Sounds",
                    "VoiceSession",
                    "WebSockets", "Linux", "TestProcesses", "TestSockets",
                ]
            ),
            ("StyleTests", ["Linux"])
        )
    }
}

/// What every Swift target of ours is built with.
///
/// In a type, because a global behind `package` would still be empty when that is made.
enum Settings {
    static let common: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .unsafeFlags(["-warnings-as-errors"]),
    ]
}

extension Target {
    /// C of ours; a release has glibc's checks of lengths, and canaries on the stack.
    static func ownC(_ name: String, excluded: [String] = []) -> Target {
        .target(
            name: name, path: "Sources/Bindings/\(name)", exclude: excluded,
            cSettings: [
                .headerSearchPath("."),
                .define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release)),
                .unsafeFlags(["-fstack-protector-strong"], .when(configuration: .release)),
            ])
    }

    static func systemC(_ name: String, pkgConfig: String, apt: String) -> Target {
        .systemLibrary(
            name: name, path: "Sources/Bindings/\(name)", pkgConfig: pkgConfig,
            providers: [.apt([apt])])
    }

    static func layer(
        _ layer: String, _ name: String, _ dependencies: [String], embedded: [String] = [],
        settings: [SwiftSetting] = []
    ) -> Target {
        .target(
            name: name, dependencies: dependencies.map { .init(stringLiteral: $0) },
            path: "Sources/\(layer)/\(name)", resources: embedded.map { Resource.embedInCode($0) },
            swiftSettings: Settings.common + settings)
    }

    static func binding(_ name: String, _ dependencies: [String]) -> Target {
        layer("Bindings", name, dependencies)
    }

    /// What computes all the time is optimized in a debug build too, which keeps up with a
    /// microphone only then: the net takes a second for a second of sound without.
    static func realtime(
        _ name: String, _ dependencies: [String], isAlwaysOptimized: Bool = false
    ) -> Target {
        layer(
            "Realtime", name, dependencies,
            settings: isAlwaysOptimized
                ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])
    }

    static func control(
        _ name: String, _ dependencies: [String], embedded: [String] = []
    ) -> Target {
        layer("Control", name, dependencies, embedded: embedded)
    }

    static func simulation(
        _ name: String, _ dependencies: [String], embedded: [String] = []
    ) -> Target {
        .target(
            name: name, dependencies: dependencies.map { .init(stringLiteral: $0) },
            path: "Sources/Simulation", resources: embedded.map { Resource.embedInCode($0) },
            swiftSettings: Settings.common)
    }

    static func support(_ name: String, _ dependencies: [String]) -> Target {
        .target(
            name: name, dependencies: dependencies.map { .init(stringLiteral: $0) },
            path: "Tests/Support/\(name)", swiftSettings: Settings.common)
    }

    static func program(_ name: String, _ dependencies: [String]) -> Target {
        .executableTarget(
            name: name,
            dependencies: dependencies.map { .init(stringLiteral: $0) } + [
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            path: "Sources/Programs/\(name)", swiftSettings: Settings.common)
    }
}

extension [Target] {
    /// The test targets; MARTLET_TESTS (names, separated by commas) narrows them, which spares
    /// someone who works on one part the building of all others.
    static func tests(_ all: (name: String, dependencies: [String])...) -> [Target] {
        let chosen = Context.environment["MARTLET_TESTS"]?.split(separator: ",").map(String.init)
        return all.filter { chosen?.contains($0.name) ?? true }.map { test in
            .testTarget(
                name: test.name,
                dependencies: test.dependencies.map { .init(stringLiteral: $0) },
                path: "Tests/\(test.name)", swiftSettings: Settings.common)
        }
    }
}
