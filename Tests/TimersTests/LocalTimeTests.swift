import Testing

@testable import Timers

@Suite("dates and times of day")
struct LocalTimeTests {
    @Test("every day of four hundred years is followed by the next")
    func everyDay() throws {
        var day = try #require(LocalTime(year: 1970, month: 1, day: 1))
        #expect(day.weekday == 4)
        for _ in 0..<146_097 {
            let date = day.date
            let again = LocalTime(year: date.year, month: date.month, day: date.day)
            guard again == day else {
                Issue.record("\(day.dateText) is not itself")
                return
            }
            day = day.adding(days: 1)
        }
        #expect(day.dateText == "2370-01-01")
    }

    @Test("only leap years have a leap day")
    func leapDay() {
        #expect(LocalTime(year: 2028, month: 2, day: 29)?.weekday == 2)
        #expect(LocalTime(year: 2000, month: 2, day: 29) != nil)
        #expect(LocalTime(year: 2026, month: 2, day: 29) == nil)
        #expect(LocalTime(year: 2100, month: 2, day: 29) == nil)
        #expect(LocalTime(year: 2026, month: 4, day: 31) == nil)
        #expect(LocalTime(year: 2026, month: 1, day: 1, hour: 24) == nil)
    }

    @Test("a time that occurs twice is the first, one that never occurs is moved on")
    func changes() {
        let zone = Zone.berlin
        // Set forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00.
        let missing = zone.moment(of: time(2, 30, day: 29, month: 3))
        #expect(zone.localTime(at: missing) == time(3, 30, day: 29, month: 3))
        let twice = zone.moment(of: time(2, 30, day: 25, month: 10))
        #expect(zone.localTime(at: twice) == time(2, 30, day: 25, month: 10))
        #expect(zone.localTime(at: twice + 3600 * 1_000_000_000) == time(2, 30, day: 25, month: 10))
        for hour in 0..<24 where hour != 2 {
            for date in [(29, 3), (25, 10)] {
                let local = time(hour, 0, day: date.0, month: date.1)
                #expect(zone.localTime(at: zone.moment(of: local)) == local)
            }
        }
    }

    @Test("times are read as people write them")
    func words() {
        #expect(TimerWords.secondOfDay("07:30") == 27_000)
        #expect(TimerWords.secondOfDay("7:30 pm") == 70_200)
        #expect(TimerWords.secondOfDay("12 a.m.") == 0)
        #expect(TimerWords.secondOfDay("12pm") == 43_200)
        #expect(TimerWords.secondOfDay("19:05:30") == 68_730)
        for text in ["", "7", "24:00", "07:60", "13 pm", "noon", "-1:00", "1:2:3:4", "7:", "٧:٣٠"] {
            #expect(TimerWords.secondOfDay(text) == nil, "\(text)")
        }
        let now = time(9, 0)
        #expect(TimerWords.date("tomorrow", from: now)?.dateText == "2026-11-22")
        #expect(TimerWords.date("Saturday", from: now)?.dateText == "2026-11-21")
        #expect(TimerWords.date("friday", from: now)?.dateText == "2026-11-27")
        #expect(TimerWords.date("2028-02-29", from: now)?.dateText == "2028-02-29")
        #expect(TimerWords.date("2027-02-29", from: now) == nil)
        #expect(TimerWords.date("next week", from: now) == nil)
    }

    @Test("the time left is given in at most two units, and never as nothing")
    func lengths() {
        #expect(TimerWords.length(1) == "1 second")
        #expect(TimerWords.length(90_000_000_000) == "1 minute 30 seconds")
        #expect(TimerWords.length(3_661_000_000_000) == "1 hour 1 minute")
        #expect(TimerWords.length(86_400_000_000_000) == "1 day")
        #expect(TimerWords.length(-1) == "no time")
    }
}
