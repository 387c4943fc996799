package import Linux

/// The time by all clocks at once.
package struct Now: Sendable {
    /// The wall clock, which people and time servers set: nanoseconds since 1970, UTC.
    package var wall: Int64
    /// Nanoseconds since the machine started, suspensions included; nothing sets it.
    package var boot: Int64
    /// The name of this start of the machine: times of `boot` mean nothing in another.
    package var life: String
    /// What clocks on the wall show here.
    package var zone: Zone

    /// The time as these clocks show it.
    package init(wall: Int64, boot: Int64, life: String, zone: Zone) {
        self.wall = wall
        self.boot = boot
        self.life = life
        self.zone = zone
    }

    /// A wall clock before this (2024) has never been set.
    private static let earliestWall: Int64 = 1_704_067_200 * 1_000_000_000

    /// Whether the wall clock may be right; a board without a clock of its own starts in 1970.
    var isWallSet: Bool { Self.isPlausible(wall) }

    /// Whether a clock that was set can have shown a moment (nanoseconds since 1970, UTC).
    static func isPlausible(_ wall: Int64) -> Bool { wall >= earliestWall }

    /// What the clock on the wall shows.
    package var local: LocalTime { zone.localTime(at: wall) }
}

extension Now {
    /// Reads the clocks of the machine and its time zone, each time it is called, from any thread.
    ///
    /// Throws where the kernel does not tell one start from another.
    package static func reader(
        of clock: any DeviceClock = SystemClock()
    ) throws -> @Sendable () -> Now {
        let life = try BootClock.life()
        let zone = Zone { seconds in
            WallClock.localTime(at: seconds.saturatingTimes(1_000_000_000)).offsetSeconds
        }
        return {
            WallClock.refreshZone()
            return Now(wall: clock.wall, boot: clock.now, life: life, zone: zone)
        }
    }
}
