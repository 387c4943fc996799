import Glibc
import Testing

@testable import Linux

@Suite("System errors")
struct SystemErrorTests {
    @Test("the text names the call, its object and the reason")
    func text() {
        let error = SystemError(call: "open /etc/martlet", code: EACCES)
        #expect("\(error)" == "open /etc/martlet: Permission denied")
        #expect("\(SystemError(call: "ioctl", code: 9_999))" == "ioctl: unknown error")
    }

    @Test("a failing call is reported with its errno")
    func failure() {
        #expect(throws: SystemError(call: "close that", code: EBADF)) {
            try SystemError.check("close", "that") { close(-1) }
        }
        #expect(throws: SystemError(call: "pthread", code: EINVAL)) {
            try SystemError.checkReturned("pthread") { EINVAL }
        }
    }

    @Test("a call interrupted by a signal is repeated")
    func interrupted() throws {
        var calls = 0
        let result = try SystemError.check("read") {
            calls += 1
            if calls == 3 { return 5 }
            errno = EINTR
            return -1
        }
        #expect(result == 5)
        #expect(calls == 3)
    }

    @Test("a call that would block gives nil")
    func wouldBlock() throws {
        let result = try SystemError.checkReady("read") {
            errno = EAGAIN
            return -1
        }
        #expect(result == nil)
    }

    @Test("a forced failure takes the call's place, in its own task only")
    func forced() {
        #if DEBUG
        SystemError.$forced.withValue(["eventfd": EMFILE]) {
            #expect(throws: SystemError(call: "eventfd", code: EMFILE)) { try EventFD() }
        }
        #expect(throws: Never.self) { try EventFD() }
        #endif
    }
}
