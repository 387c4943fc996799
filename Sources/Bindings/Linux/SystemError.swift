private import CLinux
private import Glibc

/// A system call that failed.
///
/// The text says which call, on what, and why: "open /etc/martlet/martlet.toml: Permission denied".
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call and, where there is one, its object: "open /dev/gpiochip0".
    package let call: String
    /// The errno value.
    package let code: Int32

    /// Names a failure; `code` is an errno value.
    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(Self.text(of: code))" }

    /// The system's own words for an errno value.
    ///
    /// The corresponding C function is `strerrordesc_np`.
    package static func text(of code: Int32) -> String {
        String(cString: martlet_error_text(code))
    }
}

extension SystemError {
    /// Errno values that the functions below report instead of making the call, by call name.
    ///
    /// Tests use it to reach failure paths that no healthy machine shows. Debug builds only; bound
    /// to the current task, so parallel tests do not interfere.
    @TaskLocal package static var forced: [String: Int32] = [:]

    /// System calls that are made slowly, in debug builds.
    package static let slowed = SlowedCalls()

    /// Makes a call that returns -1 for failure, and repeats it while signals interrupt it.
    ///
    /// Every system call of this target passes through here, except those of real-time threads.
    /// `detail` is the object of the call, for the error's text.
    @discardableResult
    static func check<Result: FixedWidthInteger & SignedInteger>(
        _ call: String, _ detail: @autoclosure () -> String = "", _ body: () -> Result
    ) throws(SystemError) -> Result {
        #if DEBUG
        if let code = forced[call] {
            throw SystemError(call: joined(call, detail()), code: code)
        }
        slowed.wait(call)
        #endif
        while true {
            let result = body()
            if result != -1 { return result }
            let code = errno
            if code != EINTR { throw SystemError(call: joined(call, detail()), code: code) }
        }
    }

    /// Makes a call of the pthread and posix_spawn kind, which returns the errno value itself.
    static func checkReturned(
        _ call: String, _ detail: @autoclosure () -> String = "", _ body: () -> Int32
    ) throws(SystemError) {
        #if DEBUG
        if let code = forced[call] {
            throw SystemError(call: joined(call, detail()), code: code)
        }
        #endif
        let code = body()
        if code != 0 { throw SystemError(call: joined(call, detail()), code: code) }
    }

    /// Makes a call of another library that returns a negative errno value for failure; throws
    /// `failure` of it.
    ///
    /// For bindings: a call that passes through here can be forced to fail by its name.
    @discardableResult
    package static func checkNegative<Failure: Error>(
        _ call: String, or failure: (Int32) -> Failure, _ body: () -> Int32
    ) throws(Failure) -> Int32 {
        #if DEBUG
        if let code = forced[call] { throw failure(code) }
        #endif
        let result = body()
        if result < 0 { throw failure(-result) }
        return result
    }

    /// Makes a call on a non-blocking descriptor; nil when it would have to wait.
    static func checkReady<Result: FixedWidthInteger & SignedInteger>(
        _ call: String, _ body: () -> Result
    ) throws(SystemError) -> Result? {
        do throws(SystemError) {
            return try check(call, "", body)
        } catch {
            if error.code == EAGAIN { return nil }
            throw error
        }
    }

    /// The error of a call that has just failed.
    static func last(call: String) -> SystemError {
        SystemError(call: call, code: errno)
    }

    /// The limit of `ChildProcess` is reached.
    static let tooManyChildren = SystemError(call: "start another child process", code: EAGAIN)

    private static func joined(_ call: String, _ detail: String) -> String {
        detail.isEmpty ? call : "\(call) \(detail)"
    }
}

/// What hinders a write, as far as it makes a difference to the owner of the disk.
package enum WriteFault: Sendable, Equatable {
    /// The file system is mounted read-only.
    case readOnly
    /// The disk, or what this user may have of it, is full.
    case full
    /// The rights of the file or folder.
    case denied
    case other
}

extension SystemError {
    /// What hindered the write that failed.
    package var fault: WriteFault {
        switch code {
        case EROFS: .readOnly
        case ENOSPC, EDQUOT: .full
        case EACCES, EPERM: .denied
        default: .other
        }
    }
}
