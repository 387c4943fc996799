import ArgumentParser
import Linux

extension Bench {
    struct Components: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure the parts of the hot path, each for a frame of 20 ms.")

        func run() throws {
            _ = try Signals(blocking: [])
            var table = ComponentTable()
            try WireComponents.measure(into: &table)
            try AudioComponents.measure(into: &table)
            StandardStream.output.write(table.text)
        }
    }
}
