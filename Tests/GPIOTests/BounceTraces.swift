import Testing

/// The bouncing of contacts, as a logic analyser shows it: intervals between edges in microseconds.
///
/// The shapes follow published measurements of switches (Jack Ganssle, "A Guide to Debouncing"):
/// most settle within 6 ms, bad ones take 20 ms or more, some bounce at the release only, and a
/// worn one also opens for a moment while it is held. The first interval is the rest before the
/// first press; the level changes after each.
struct BounceTrace: Sendable, CustomTestStringConvertible {
    let name: String
    let intervals: [Int]
    /// The user's actions: the times of the first contact of each press and release (microseconds).
    let meant: [Int]

    var testDescription: String { name }

    static let all = [
        BounceTrace(
            name: "a good push-button", intervals: [100_000, 180, 40, 350, 22, 240_000, 90, 31],
            meant: [100_000, 340_592]),
        BounceTrace(
            name: "a cheap tactile switch: 6 ms at the press, 3 ms at the release",
            intervals: [
                50_000, 12, 210, 35, 480, 96, 610, 220, 890, 41, 1_300, 130, 700, 18, 1_050,
                500_000, 25, 340, 70, 810, 15, 1_200, 44, 390,
            ],
            meant: [50_000, 555_792]),
        BounceTrace(
            name: "an arcade button: 18 ms of slow bounces",
            intervals: [
                80_000, 2_100, 700, 3_300, 1_200, 2_600, 900, 4_100, 350, 1_800, 600, 900_000,
                1_500, 2_200, 800, 3_000, 400, 250,
            ],
            meant: [80_000, 997_650]),
        BounceTrace(
            name: "a door-bell plate: clean press, bounces at the release only",
            intervals: [
                10_000, 320_000, 60, 150, 30, 700, 25, 2_400, 80, 5_200, 40, 30,
            ],
            meant: [10_000, 330_000]),
        BounceTrace(
            name: "a reed switch: one long first touch, then chatter at 5 kHz",
            intervals: [
                30_000, 900, 100, 110, 95, 105, 100, 98, 102, 100, 101, 99, 100, 100, 100, 100,
                100, 100, 100, 100, 100, 100, 100, 400_000, 100, 100, 100, 100,
            ],
            meant: [30_000, 433_010]),
        BounceTrace(
            name: "two quick taps of one finger, each bouncing",
            intervals: [
                100_000, 150, 60, 400, 25, 70_000, 80, 45, 300, 20, 110_000, 90, 30, 500, 35,
                65_000, 200, 60,
            ],
            meant: [100_000, 170_635, 281_080, 346_735]),
    ]

    /// The edges: their times and levels.
    var moves: [(at: Int64, isPress: Bool)] {
        var time: Int64 = 0
        return intervals.enumerated().map { index, interval in
            time += Int64(interval) * 1_000
            return (time, index.isMultiple(of: 2))
        }
    }
}
