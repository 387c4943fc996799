import CWebSockets
import Synchronization

/// The last line that libwebsockets logged; nothing of it reaches the program's own output.
///
/// Version 4.1 tells some reasons (an unknown authority) nowhere else.
enum ServiceLog {
    private static let last = Mutex("")

    static func install() {
        lws_set_log_level(cws_log_errors) { _, line in
            guard let line else { return }
            ServiceLog.note(String(cString: line))
        }
    }

    private static func note(_ line: String) {
        last.withLock { $0 = line.split(separator: "\n").joined(separator: " ") }
    }

    /// Takes the line, so that it explains one failure only.
    static func take() -> String {
        last.withLock { text in
            defer { text = "" }
            return text
        }
    }
}
