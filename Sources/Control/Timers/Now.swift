package import Linux

/// The present time of all clocks.
package struct Now: Sendable {
    /// The wall clock, which people and time servers set: nanoseconds since 1970, UTC.
    package var wall: Int64
    /// Nanoseconds since the machine started, suspensions included; it cannot be set.
    package var boot: Int64
    /// The id of this boot of the machine: times of `boot` are meaningless in another.
    package var life: String
    /// The time zone of this place.
    package var zone: Zone

    /// The time of these clocks.
    package init(wall: Int64, boot: Int64, life: String, zone: Zone) {
        self.wall = wall
        self.boot = boot
        self.life = life
        self.zone = zone
    }

    /// A wall clock before this (2024) has never been set.
    private static let earliestWall: Int64 = 1_704_067_200 * 1_000_000_000

    /// Whether the wall clock may be right; a board without a real-time clock starts in 1970.
    var isWallSet: Bool { Self.isPlausible(wall) }

    /// Whether a moment is possible for a clock that was set (nanoseconds since 1970, UTC).
    static func isPlausible(_ wall: Int64) -> Bool { wall >= earliestWall }

    /// The local time.
    package var local: LocalTime { zone.localTime(at: wall) }
}

extension Now {
    /// Reads the machine's clocks and time zone, on each call, from any thread.
    ///
    /// Throws if the kernel does not provide a boot id.
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
