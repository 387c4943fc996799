internal import Curl
internal import Linux

/// This machine's clock beside that of a server.
struct ServiceClock: Sendable {
    /// A clock that is off by more makes reminders late (seconds).
    static let toleranceSeconds: Int64 = 60
    /// A clock that is off by less is not what a certificate is out of its time for (seconds).
    static let certificateSeconds: Int64 = 3600
    /// How long a server may take to say its time.
    private static let deadline: Duration = .seconds(5)
    private static let command = Finding.Remedy.command("sudo timedatectl set-ntp true")

    let world: LadderWorld

    /// How far the server's clock is ahead of ours (seconds); nil where it does not say.
    func offset(at url: String, trusting authorityFile: String?) async -> Int64? {
        var request = HTTPRequest("GET", url)
        request.certificateAuthorityFile = authorityFile
        request.connectDeadline = Self.deadline
        request.deadline = Self.deadline
        guard let answer = try? await HTTPClient.shared.stream(request),
            let date = answer.head["date"].flatMap(HTTPDate.init)
        else { return nil }
        return date.seconds - world.now() / 1_000_000_000
    }

    /// What the clock says, as a date.
    private var shown: String { WallClock.universalTime(at: world.now()).iso8601 }

    /// The fault of a clock that no server need be asked about; nil: none.
    var early: ServiceFault? {
        guard let notBefore = world.notBefore, world.now() < notBefore else { return nil }
        return ServiceFault(
            rung: .time, fault: "early", result: "this machine's clock is behind",
            evidence: "it says \(shown), and this program is of "
                + WallClock.universalTime(at: notBefore).iso8601,
            remedy: Self.command)
    }

    /// A clock that a server disagrees with, by which a certificate was refused.
    func wrong(by offset: Int64, _ words: String) -> ServiceFault {
        ServiceFault(
            rung: .time, fault: "wrong",
            result: "this machine's clock is \(Self.text(offset)), and so no certificate counts",
            evidence: "it says \(shown); \(words)", remedy: Self.command)
    }

    /// What is said of a clock that no connection has failed by; `offset` nil: no server said.
    func finding(_ offset: Int64?) -> Finding {
        let rung = ServiceRung.time
        guard let offset else {
            return Finding(
                .unknown, rung.name, rung.subject, "not compared: no server says its own",
                evidence: "the clock says \(shown)", remedy: .command("timedatectl"))
        }
        guard abs(offset) > Self.toleranceSeconds else {
            return Finding(
                .works, rung.name, rung.subject, "the clock agrees with the service's",
                evidence: "\(abs(offset)) s apart")
        }
        return Finding(
            .weak, "\(rung.name).off", rung.subject,
            "this machine's clock is \(Self.text(offset))", evidence: "it says \(shown)",
            remedy: Self.command)
    }

    /// How far the clock is off, in words; `offset` as above.
    static func text(_ offset: Int64) -> String {
        let size = offset.magnitude
        let amount =
            switch size {
            case 0..<120: "\(size) s"
            case 0..<7200: "\(size / 60) min"
            case 0..<172_800: "\(size / 3600) h"
            default: "\(size / 86_400) days"
            }
        return "\(amount) \(offset > 0 ? "behind" : "ahead")"
    }
}
