import CWebSockets

/// Keeps what libwebsockets logs out of the program's own output: what matters is reported by
/// events and errors.
enum ServiceLog {
    static func install() {
        lws_set_log_level(cws_log_errors) { _, _ in }
    }
}
