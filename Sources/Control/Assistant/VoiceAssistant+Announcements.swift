internal import Tools
internal import VoiceSession

// What the device has said by the model, unasked.

extension VoiceAssistant {
    /// Has the model say something to the user when next nobody talks.
    ///
    /// The device has no voice of its own: without a session within `patience` (nanoseconds)
    /// nothing is said, and the timeline tells so.
    package func announce(_ words: String, _ manner: AnnouncementManner, patience: Int64) {
        guard !isStopped else { return }
        if announcements.add(words, manner, until: ports.alarm.now + patience) {
            announceNext()
        } else {
            record(.notice("too much is to be said already; something is not said"))
        }
        setAlarm()
    }

    /// Says what waits, if this is a moment for it.
    func announceNext() {
        // While the user is asked something the device's voice would spoil the answer.
        guard machine.mayAnnounce, !confirmations.isAsking, let next = announcements.next() else {
            return
        }
        record(.notice("the model is asked to say something"))
        isAnnouncing = true
        written = ""
        let answer = ports.session.sendText(
            "(The device writes this, not the user. Say the following to the user now, "
                + "\(next.manner.words), and call no function: \(next.words))")
        perform(machine.announced(due: answer, at: ports.alarm.now))
    }

    func expireAnnouncements(at time: Int64) {
        let count = announcements.expire(at: time)
        if count > 0 { record(.notice("there was no session in time to say something")) }
    }
}
