internal import Configuration
internal import Timers

// What the timers are built with.
extension Settings {
    /// The limits of ringing.
    var timerSettings: TimerBook.Settings {
        var book = TimerBook.Settings()
        book.ringSeconds = self[Keys.Timers.ring]
        book.lateSeconds = self[Keys.Timers.late]
        book.snoozeSeconds = self[Keys.Timers.snooze]
        return book
    }
}
