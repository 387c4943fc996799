private import CALSA
private import Synchronization

/// The messages that alsa-lib itself writes to the standard error stream.
package enum ALSALog {
    /// What is kept of one call: the cause comes first, and what follows from it behind it.
    private static let keptMessages = 32

    /// What alsa-lib has reported to its listener.
    fileprivate final class Messages: Sendable {
        private let texts = Mutex<[String]>([])

        func note(_ text: String) {
            texts.withLock { if $0.count < keptMessages { $0.append(text) } }
        }

        var all: [String] { texts.withLock { $0 } }
    }

    // alsa-lib speaks on the thread that called it, so that a value of the task (or, where there
    // is none, of the thread) belongs to one call.
    @TaskLocal fileprivate static var listener: Messages?

    /// Takes them off that stream for the whole program; what matters of them is in the errors.
    ///
    /// To be called once, before other threads use ALSA. The corresponding C functions are
    /// `snd_lib_error_set_handler` and, in newer libraries, `snd_lib_log_set_handler`.
    package static func silence() {
        martlet_alsa_silence()
    }

    /// Makes a call; gives its result and what alsa-lib said during it, the first message first.
    ///
    /// Control characters are shown as `\u{1B}`, since the texts hold what others wrote into
    /// files. Nothing is heard before `silence`.
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

// Called by C alone. Swift 6.0's optimizer removes what is private, although C refers to it.

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
