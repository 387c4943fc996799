import ModelTypes
import Testing
import Text
import Tools

@testable import HomeAssistant

/// Which entities the model may see, and which one a name means.
struct DirectoryTests {
    private func exposure(
        domains: [String] = [], areas: [String] = [], labels: [String] = [],
        entities: [String] = [], exceptions: [String] = []
    ) -> HomeExposure {
        HomeExposure(
            domains: domains, areas: areas, labels: labels, entities: entities,
            exceptions: exceptions)
    }

    private func candidate(
        _ id: String, areas: [String] = [], labels: [String] = [], isAside: Bool = false
    ) -> HomeExposure.Candidate {
        HomeExposure.Candidate(
            id: id, areaNames: areas, labelNames: labels, isAside: isAside)
    }

    @Test("without settings nothing is exposed")
    func nothing() {
        #expect(exposure().isEmpty)
        #expect(!exposure().admits(candidate("light.a", areas: ["Kitchen"], labels: ["voice"])))
    }

    @Test("areas and labels add up, domains narrow them, names count by themselves")
    func lists() {
        let places = exposure(domains: ["light"], areas: ["kitchen"], labels: ["Voice"])
        #expect(places.admits(candidate("light.a", areas: ["Kitchen", "kueche"])))
        #expect(places.admits(candidate("light.b", labels: ["voice"])))
        #expect(!places.admits(candidate("lock.a", areas: ["Kitchen"])))
        #expect(!places.admits(candidate("light.c", areas: ["Bath"])))
        let domains = exposure(domains: ["light"])
        #expect(domains.admits(candidate("light.c")))
        #expect(!domains.admits(candidate("lighting.c")))
        let names = exposure(entities: ["switch.pump", "light.kitchen_*"])
        #expect(names.admits(candidate("switch.pump")))
        #expect(names.admits(candidate("light.kitchen_left")))
        #expect(!names.admits(candidate("light.bath")))
    }

    @Test("exceptions override everything, and excluded entities must be named in full")
    func exceptions() {
        let all = exposure(
            domains: ["light", "sensor"], entities: ["sensor.a", "sensor.b*"],
            exceptions: ["light.secret*"])
        #expect(!all.admits(candidate("light.secret_lamp")))
        #expect(all.admits(candidate("sensor.a", isAside: true)))
        #expect(!all.admits(candidate("sensor.b1", isAside: true)))
        #expect(!all.admits(candidate("sensor.c", isAside: true)))
    }

    @Test(
        "a star matches any characters",
        arguments: [
            ("light.a", "light.*", true), ("light.", "light.*", true),
            ("xlight.a", "light.*", false),
            ("light.a_b_c", "light.*_b_*", true), ("light.ab", "light.*_b_*", false),
            ("light.aa", "*a*a", true), ("a", "a*a", false), ("light.x", "*", true),
            ("light.ab", "light.a", false),
        ] as [(String, String, Bool)])
    func stars(id: String, pattern: String, isFit: Bool) {
        #expect(Pattern.matches(id, pattern) == isFit)
    }

    // MARK: - Names

    private let directory = HomeDirectory([
        HomeEntity(id: "light.ceiling", name: "Ceiling", area: "Kitchen"),
        HomeEntity(id: "light.table", name: "Table lamp", aliases: ["Funzel"], area: "Living Room"),
        HomeEntity(id: "light.floor", name: "Floor lamp", area: "Living Room"),
        HomeEntity(id: "switch.bath", name: "Badlüfter", area: "Bath"),
        HomeEntity(id: "lock.front", name: "Front door"),
        HomeEntity(id: "lock.back", name: "Back door"),
    ])

    private func found(_ name: String, isStrict: Bool = false) -> [String] {
        switch directory.find(name, among: directory.entities, isStrict: isStrict) {
        case .one(let entity): [entity.id]
        case .several(let entities): entities.map(\.id)
        case .none: []
        }
    }

    @Test(
        "a name is found in any way of saying it",
        arguments: [
            ("light.ceiling", "light.ceiling"), ("ceiling", "light.ceiling"),
            ("Kitchen ceiling", "light.ceiling"), ("kitchen light", "light.ceiling"),
            ("the ceiling lamp in the kitchen", "light.ceiling"), ("FUNZEL", "light.table"),
            ("table", "light.table"), ("badlufter", "switch.bath"), ("Badluefter", "switch.bath"),
            ("Tabel lamp", "light.table"), ("front-door", "lock.front"),
        ] as [(String, String)])
    func names(said: String, id: String) {
        #expect(found(said) == [id])
    }

    @Test("among several matches none is chosen, and without a match the nearest are reported")
    func ambiguous() throws {
        #expect(Set(found("living room lamp")) == ["light.table", "light.floor"])
        #expect(Set(found("door")) == ["lock.front", "lock.back"])
        #expect(found("dishwasher").isEmpty)
        // The id of an entity that is not exposed is not a name of another one.
        #expect(found("sensor.ceiling").isEmpty)
        #expect(found("").isEmpty)
        #expect(throws: HomeFault.self) {
            try directory.one("lamp", among: directory.entities, isStrict: false)
        }
        do {
            _ = try directory.one("lamp", among: directory.entities, isStrict: false)
        } catch {
            #expect(
                error.failure.description
                    == "\"lamp\" may be several: Floor lamp (light in Living Room, light.floor); "
                    + "Table lamp (light in Living Room, light.table); ask which is meant, and "
                    + "say the id")
        }
    }

    @Test("where a wrong guess does harm, a similar spelling does not count")
    func strict() {
        #expect(found("Frnt door") == ["lock.front"])
        #expect(found("Frnt door", isStrict: true).isEmpty)
        #expect(found("the front door please", isStrict: true).isEmpty)
        #expect(found("front door", isStrict: true) == ["lock.front"])
        #expect(found("front", isStrict: true) == ["lock.front"])
    }

    @Test("an area is found by its name; an unknown one is answered with those that exist")
    func areas() throws {
        #expect(try directory.entities(in: "living room", of: nil).count == 2)
        #expect(try directory.entities(in: "Kitchn", of: "light").count == 1)
        #expect(try directory.entities(in: nil, of: "lock").count == 2)
        do {
            _ = try directory.entities(in: "attic", of: nil)
            Issue.record("there is an attic")
        } catch {
            #expect(
                error.failure.description
                    == "there is no area \"attic\"; there are: Bath, Kitchen, Living Room")
        }
    }

    @Test("a name of a megabyte is looked up without harm")
    func hugeName() {
        #expect(found(String(repeating: "lamp ", count: 200_000)).count <= 10)
    }

    @Test("too many entities are left out, and counted")
    func limit() {
        let many = HomeDirectory((0..<1_005).map { HomeEntity(id: "light.\($0)", name: "L\($0)") })
        #expect(many.entities.count == HomeDirectory.entityLimit)
        #expect(many.leftOut == 5)
    }
}
