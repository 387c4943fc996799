import Testing

/// The architecture, as far as a test can check it.
struct LayoutTests {
    let tree: SourceTree
    let manifest: Manifest

    init() throws {
        tree = try SourceTree()
        manifest = try Manifest()
    }

    /// The modules a file imports, with the line's number.
    private func imports(of file: SourceTree.File) -> [(module: String, line: Int)] {
        file.lines.enumerated().compactMap { number, line in
            let words = line.code.words
            guard let keyword = words.firstIndex(of: "import"), keyword <= 2, line.indent == 0,
                words.count > keyword + 1
            else { return nil }
            // `import struct Module.Type` names the module after the kind.
            let kinds: Set<Substring> = [
                "struct", "class", "enum", "protocol", "func", "var", "let",
            ]
            let at = kinds.contains(words[keyword + 1]) ? keyword + 2 : keyword + 1
            return (String(words[at]), number + 1)
        }
    }

    @Test("the manifest was read: every folder below Sources and Tests is one of its targets")
    func everyFolderIsATarget() {
        let folders = Set(manifest.folders.values)
        #expect(folders.count > 30)
        for file in tree.swiftFiles where !file.isBelow("Tests/Support") {
            #expect(folders.contains { file.isBelow($0) }, "\(file.path) belongs to no target")
        }
    }

    @Test("a file imports only what its target declares")
    func importsFollowTheManifest() {
        let outside: Set<String> = [
            "Glibc", "Synchronization", "Testing", "ArgumentParser", "FoundationEssentials",
            "Dispatch",
        ]
        for (name, folder) in manifest.folders {
            let allowed = manifest.edges[name, default: []].union(outside)
            for file in tree.swiftFiles where file.isBelow(folder) {
                for (module, line) in imports(of: file) {
                    #expect(
                        allowed.contains(module),
                        "\(file.path):\(line) imports \(module); \(name) does not declare it")
                }
            }
        }
    }

    @Test("only a binding imports a C module, and only its own")
    func cStopsAtTheBindings() {
        for file in tree.swiftFiles where file.isBelow("Sources") {
            for (module, line) in imports(of: file)
            where module.hasPrefix("C") && module.dropFirst().first?.isUppercase == true
                && module != "CAllocationCounter"
            {
                #expect(
                    file.isBelow("Sources/Bindings/\(module.dropFirst())"),
                    "\(file.path):\(line) imports \(module)")
            }
        }
    }

    @Test("the simulated service shares no code with the client that it judges")
    func simulatedServiceIsIndependent() {
        let client: Set<String> = ["Live", "Assistant", "Tools", "Daemon"]
        for file in tree.swiftFiles where file.isBelow("Sources/Simulation") {
            guard !file.isBelow("Sources/Simulation/World") else { continue }
            for (module, line) in imports(of: file) {
                #expect(!client.contains(module), "\(file.path):\(line) imports \(module)")
            }
        }
    }

    @Test("the conversation and its voice service protocol name no actual service")
    func conversationKnowsNoService() {
        for target in ["VoiceSession", "VoiceSessionTests", "Assistant", "AssistantTests"] {
            #expect(manifest.edges[target]?.contains("Live") == false, "\(target)")
        }
    }

    @Test("a voice service is named only where it is created, stored, measured or tested")
    func serviceIsNamedWhereItIsMade() {
        let places = [
            "Sources/Control/Live", "Tests/LiveTests",
            // The device's session is created here, and its handle stored, which only Live has.
            "Sources/Control/Daemon/Service", "Tests/DaemonTests/Service",
            "Tests/DaemonTests/Life/FaultInjectionTests.swift",
            "Tests/DaemonTests/Settings/MappingTests.swift",
            "Tests/DaemonTests/Settings/DefaultsTests.swift",
            // The deterministic world runs the real machine over a simulated connection.
            "Sources/Simulation/World", "Sources/Programs/martlet-bench",
        ]
        for file in tree.swiftFiles
        where !places.contains(where: { file.path == $0 || file.isBelow($0) }) {
            for (module, line) in imports(of: file) {
                #expect(module != "Live", "\(file.path):\(line) imports a voice service")
            }
        }
    }

    /// The targets of the kinds of tools.
    private var kinds: Set<String> {
        manifest.edges["AllToolKinds", default: []].subtracting(["Configuration"])
    }

    @Test("no kind of tool knows another, the daemon or the list of the kinds")
    func kindsAreApart() {
        #expect(kinds.count >= 6)
        let others = kinds.union(["AllToolKinds", "Daemon"])
        for kind in kinds {
            #expect(manifest.edges[kind]?.isDisjoint(with: others) == true, "\(kind)")
        }
    }

    @Test("a kind of tool is named only in the list of kinds and where its ports are wired")
    func kindsAreNamedWhereTheyAreTied() {
        let places = [
            "Sources/Control/AllToolKinds", "Sources/Control/Daemon/Tools/ToolMaker+Device.swift",
            // It measures single tools.
            "Sources/Programs/martlet-bench",
        ]
        for file in tree.swiftFiles where file.isBelow("Sources") {
            guard !places.contains(where: { file.path == $0 || file.isBelow($0) }) else { continue }
            for (module, line) in imports(of: file) {
                #expect(!kinds.contains(module), "\(file.path):\(line) imports \(module)")
            }
        }
    }

    @Test("every kind of tool is in the list")
    func kindsAreListed() throws {
        let folder = "Sources/Control/AllToolKinds"
        let list = try #require(tree.swiftFiles.first { $0.isBelow(folder) })
        let listed = Set(list.lines.flatMap(\.code.words))
        var count = 0
        for file in tree.swiftFiles where file.isBelow("Sources/Control") {
            for line in file.lines where line.code.contains(": ToolKind") {
                let words = line.code.words
                guard let keyword = words.firstIndex(of: "struct") else { continue }
                count += 1
                #expect(listed.contains(words[keyword + 1]), "\(file.path)")
            }
        }
        #expect(count == kinds.count)
    }

    @Test("Foundation is imported nowhere, and the C library only where handles are owned")
    func noFoundation() {
        for file in tree.swiftFiles {
            let modules = imports(of: file)
            #expect(!modules.contains { $0.module == "Foundation" }, "\(file.path)")
            if file.isBelow("Sources/Control") || file.isBelow("Sources/Simulation") {
                #expect(!modules.contains { $0.module == "Glibc" }, "\(file.path) imports Glibc")
            }
        }
    }

    @Test("the audio path knows no word of Swift concurrency")
    func realtimeHasNoConcurrency() {
        let banned: Set<Substring> = [
            "async", "await", "actor", "Task", "AsyncStream", "MainActor",
            "withCheckedContinuation",
        ]
        forEachLine(below: "Sources/Realtime") { place, words in
            #expect(banned.isDisjoint(with: words), "\(place)")
        }
    }

    @Test("Control has no unsafe pointer but in WireCodec")
    func controlIsSafe() {
        forEachLine(below: "Sources/Control") { place, words in
            guard !place.hasPrefix("Sources/Control/WireCodec") else { return }
            let unsafe = words.filter {
                $0.hasPrefix("Unsafe") && $0.hasSuffix("Pointer") || $0.hasPrefix("withUnsafe")
                    || $0 == "unsafeBitCast" || $0 == "Unmanaged"
            }
            #expect(unsafe.isEmpty, "\(place): \(unsafe)")
        }
    }

    private func forEachLine(below folder: String, _ body: (String, [Substring]) -> Void) {
        for file in tree.swiftFiles where file.isBelow(folder) {
            for (number, line) in file.lines.enumerated() {
                body("\(file.path):\(number + 1)", line.code.words)
            }
        }
    }
}
