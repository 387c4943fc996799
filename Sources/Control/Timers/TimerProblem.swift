/// Why a timer cannot be set or changed, in words that a model can act on.
package enum TimerProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The limit of items is reached.
    case tooMany(Int)
    /// There is no item with that number or name.
    case unknown(String)
    /// A length of zero, or of more than a week.
    case badLength
    /// The requested time, and the present one.
    case past(LocalTime, LocalTime)
    case tooFar
    case clockNotSet
    /// It repeats on these days, and the change would end that.
    case repeats(String)
    /// The disk did not store it, for this reason.
    case notKept(String)

    package var description: String {
        switch self {
        case .tooMany(let limit):
            "nothing was set: there are \(limit) already; cancel one that is not needed"
        case .unknown(let name):
            "there is no timer, alarm or reminder called \"\(name)\"; list_timers tells what "
                + "there is"
        case .badLength:
            "nothing was set: the time left must be from 1 second to 7 days; for later, set an "
                + "alarm or a reminder with a date"
        case .past(let wanted, let now):
            "nothing was set: \(wanted.dateText) \(wanted.timeText) has passed; it is now "
                + "\(TimerWords.weekdays[now.weekday]) \(now.dateText) \(now.timeText). Ask which day "
                + "is meant, or give a later one"
        case .tooFar:
            "nothing was set: that is more than ten years ahead"
        case .clockNotSet:
            "nothing was set: this device does not know the time yet, since it has not reached a "
                + "time server; a timer of minutes works"
        case .repeats(let days):
            "nothing was changed: it repeats (\(days)), and a length of time or a single day would "
                + "end that; give a time of day, with weekdays if those change, or set another "
                + "timer or alarm for the one time"
        case .notKept(let reason):
            "nothing was changed: the device could not store it (\(reason))"
        }
    }
}
