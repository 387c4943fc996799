// The assistant's view of the world. The daemon's audio bridge and the tests implement these ports;
// the assistant itself touches no device, socket or clock.
//
// Every method is called on the assistant's executor (the event loop's thread) and returns at
// once; none may block or call back synchronously. Times are nanoseconds of CLOCK_MONOTONIC, the
// clock that also stamps button edges.

/// An edge of the talk button.
package struct ButtonEvent: Sendable, Equatable {
    /// Whether the button went down.
    package var pressed: Bool
    /// When, by the kernel's stamp (nanoseconds, CLOCK_MONOTONIC).
    package var at: Int64

    /// An edge with its time.
    package init(pressed: Bool, at: Int64) {
        self.pressed = pressed
        self.at = at
    }
}

/// Events of the loudspeaker about speech (earcons are not reported).
package enum SpeakerSignal: Sendable, Equatable {
    /// The first sample of a reply was written to the device.
    case started(at: Int64)
    /// Everything enqueued has been played; reported only while `pendingFrames` is zero.
    case drained(at: Int64)
    /// After `flush`: the device outputs digital silence.
    case silent(at: Int64)
    /// The device was lost; the text says which and what to do.
    case lost(String)
    /// The device is back; the text says what was granted.
    case back(String)
}

/// The loudspeaker's speech voice: mono 16-bit samples at the session's output rate.
package protocol SpeakerPort: Sendable {
    /// Adds samples to the reply; never drops any.
    func play(_ samples: [Int16])
    /// Says that the reply is complete, so that a prebuffer need not wait for more.
    func endOfTurn()
    /// Silences the reply at once; nothing enqueued before this call is played after it.
    func flush()
    /// Silences the reply at once and keeps the part that was not heard; samples given meanwhile
    /// are queued after it. `flush` discards it all.
    func hold()
    /// Resumes the part that was kept, from a little before the point of silence.
    func resume()
    /// Frames enqueued and not yet played.
    var pendingFrames: Int { get }
}

/// Plays the device's own sounds.
package protocol EarconPort: Sendable {
    /// Plays a sound beside the reply's voice.
    func play(_ earcon: Earcon)
}

/// Receives events, for people, logs and tests.
package protocol TimelinePort: Sendable {
    /// Takes one entry; entries come in order.
    func record(_ entry: TimelineEntry)
}
