/// The counts of one day in a world, or of many together.
package struct WorldCounts: Sendable {
    package var days = 0
    package var seconds: Int64 = 0
    package var connections = 0
    package var turns = 0
    package var answers = 0
    package var calls = 0
    package var troubles = 0
    package var interruptions = 0
    package var resumptions = 0
    package var restarts = 0
    package var questions = 0
    package var confirmations = 0
    package var announcements = 0
    package var rings = 0

    /// All zero.
    package init() {}

    /// Adds a day.
    package mutating func addDay(_ day: WorldCounts) {
        days += 1
        seconds += day.seconds
        connections += day.connections
        turns += day.turns
        answers += day.answers
        calls += day.calls
        troubles += day.troubles
        interruptions += day.interruptions
        resumptions += day.resumptions
        restarts += day.restarts
        questions += day.questions
        confirmations += day.confirmations
        announcements += day.announcements
        rings += day.rings
    }

    /// One line for people.
    package var text: String {
        "\(days) days, \(seconds / 3600) h simulated: \(turns) turns, \(answers) answers, "
            + "\(calls) calls, \(troubles) faults, \(connections) connections, "
            + "\(interruptions) interruptions of which \(resumptions) were false, "
            + "\(restarts) restarts, \(questions) questions of which \(confirmations) were "
            + "confirmed, \(announcements) announcements, \(rings) timers"
    }
}
