internal import Configuration
internal import Timers

// What the timers are built with.
extension Settings {
    /// The limits of ringing.
    var timerSettings: TimerBook.Settings {
        var book = TimerBook.Settings()
        book.ringSeconds = self[Keys.timers.ring]
        book.lateSeconds = self[Keys.timers.late]
        book.snoozeSeconds = self[Keys.timers.snooze]
        return book
    }
}
