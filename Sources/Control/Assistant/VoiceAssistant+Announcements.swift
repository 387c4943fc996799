internal import Tools
internal import VoiceSession

// Announcements: the device has the model speak unprompted.

extension VoiceAssistant {
    /// Has the model say something to the user at the next moment when nobody is talking.
    ///
    /// The device has no voice of its own: without a session within `patience` (nanoseconds)
    /// nothing is said, and the timeline reports it.
    package func announce(_ words: String, _ manner: AnnouncementManner, patience: Int64) {
        guard !isStopped else { return }
        if announcements.add(words, manner, until: ports.alarm.now + patience) {
            announceNext()
        } else {
            record(.notice("an announcement is dropped: too many are waiting"))
        }
        setAlarm()
    }

    /// Says the next announcement, if this is a suitable moment.
    func announceNext() {
        // While the user is asked a question, the device's voice would interfere with the answer.
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
        if count > 0 { record(.notice("an announcement is dropped: there was no session in time")) }
    }
}
