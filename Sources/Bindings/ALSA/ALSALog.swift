private import CALSA
private import Synchronization

/// The messages that alsa-lib itself writes to the standard error stream.
package enum ALSALog {
    /// How many messages of one call are kept: the cause comes first, its consequences follow.
    private static let keptMessages = 32

    /// The messages that alsa-lib has sent to a listener.
    fileprivate final class Messages: Sendable {
        private let texts = Mutex<[String]>([])

        func note(_ text: String) {
            texts.withLock { if $0.count < keptMessages { $0.append(text) } }
        }

        var all: [String] { texts.withLock { $0 } }
    }

    // alsa-lib reports on the thread that called it, so that a task-local value (or, without a
    // task, the thread's) belongs to one call.
    @TaskLocal fileprivate static var listener: Messages?

    /// Removes them from that stream for the whole program; errors hold what matters of them.
    ///
    /// Must be called once, before other threads use ALSA. The corresponding C functions are
    /// `snd_lib_error_set_handler` and, in newer libraries, `snd_lib_log_set_handler`.
    package static func silence() {
        martlet_alsa_silence()
    }

    /// Makes a call; returns its result and alsa-lib's messages during it, the first one first.
    ///
    /// Control characters are shown as `\u{1B}`, since the texts quote files that others wrote.
    /// There are no messages before `silence`.
    static func listening<Result>(_ body: () -> Result) -> (result: Result, said: [String]) {
        let messages = Messages()
        let result = $listener.withValue(messages, operation: body)
        return (result, messages.all)
    }

    fileprivate static func visible(_ text: String) -> String {
        String(
            text.unicodeScalars.flatMap { scalar -> [Character] in
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    ? Array("\\u{\(String(scalar.value, radix: 16, uppercase: true))}")
                    : [Character(scalar)]
            })
    }
}

// Called only by C. Swift 6.0's optimizer removes private functions, although C refers to them.

/// Whether a call on this thread listens to alsa-lib's messages.
@_cdecl("martlet_alsa_is_heard")
package func isALSAHeard() -> Bool { ALSALog.listener != nil }

/// Takes one message of alsa-lib's, a C string, for the call that listens on this thread.
@_cdecl("martlet_alsa_note")
package func noteALSAMessage(_ text: UnsafePointer<CChar>) {
    var text = String(cString: text)
    while text.last?.isNewline ?? false { text.removeLast() }
    ALSALog.listener?.note(ALSALog.visible(text))
}
