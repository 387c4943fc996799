import Testing
import VoiceSession
import WebSockets

@testable import Live

/// Texts with which the service was seen to close or to refuse, and their meaning to a human
/// reader; from the trackers of other clients, cut as they were found there.
private let reports: [(code: UInt16, text: String, meaning: CloseReason)] = [
    (1007, "API key not valid. Please pass a valid API key.", .credential),
    (1007, "API Key not found. Please pass a valid API key.", .credential),
    (1007, "API key expired. Please renew the API key.", .credential),
    (1008, "Your API key was reported as leaked. Please use another API key.", .credential),
    (
        1008, "Method doesn't allow unregistered callers (callers without established identity).",
        .credential
    ),
    (
        1008,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login",
        .credential
    ),
    (
        1008,
        "Requests to this API method BidiGenerateContent are blocked.",
        .credential
    ),
    (1008, "API keys are not supported by this API. Expected OAuth2 access token", .credential),
    (1007, "User location is not supported for the API use.", .region),
    (
        1008,
        "Publisher Model `projects/p1/locations/global/publishers/google/models/gemini-live-2.5",
        .model
    ),
    (1008, "models/gemini-x is not found for API version v1beta, or is not supported", .model),
    (1008, "models/gemini-x is not supported for bidiGenerateContent.", .model),
    (1008, "This model models/gemini-2.5-live is no longer available to new users.", .model),
    (1008, "The model gemini-3.1-flash-live-preview was shut down on 2026-11-17.", .model),
    (1008, "Project 'projects/project-xyz' not found or deleted.", .project),
    (1008, "Your project has been denied access. Please contact support.", .project),
    (
        1008, "Gemini API has not been used in project 123456789 before or it is disabled. Enable",
        .project
    ),
    (1008, "Permission denied: Consumer 'projects/1234' has been suspended.", .project),
    (1008, "generic::permission_denied: PERMISSION_DENIED: The caller may not", .project),
    (1011, "Your prepayment credits are depleted. Please go to AI Studio to manage", .billing),
    (1011, "Your project has exceeded its monthly spending cap. Please go to", .billing),
    (1008, "This API method requires billing to be enabled. Please enable billing on", .billing),
    (1011, "You exceeded your current quota, please check your plan and billing details.", .quota),
    (1011, "Resource has been exhausted (e.g. check quota).", .quota),
    (1011, "Quota exceeded for aiplatform.googleapis.com/bidi_gen_concurrent_reqs with", .quota),
    (1011, "generic::resource_exhausted: RESOURCE_EXHAUSTED: Maximum concurrent se", .quota),
    (1011, "RESOURCE_EXHAUSTED: too much of something new", .quota),
    (1011, "OVERLOADED_TOO_MANY_RETRIES_PER_REQUEST: You are mos", .overloaded),
    (1011, "The model is overloaded. Please try again later.", .overloaded),
    (1011, "The service is currently unavailable.", .overloaded),
    (1013, "", .overloaded),
    (1008, "BidiGenerateContent session not found", .handle),
    (1008, "BidiGenerateContent session expired", .handle),
    (1007, "Invalid session handle", .handle),
    (1008, "Operation is not implemented, or supported, or enabled.", .handle),
    (1008, "Requested entity was not found.", .handle),
    (1008, "application/json isn't supported as an input here", .handle),
    (1007, "Invalid JSON payload received. Unknown name \"api_key\" at 'setup'", .payload),
    (1007, "Request contains an invalid argument.", .payload),
    (1007, "Precondition check failed.", .payload),
    (1007, "Requested voice api_name 'Fooo' is not available for model gemini-3.8-live", .payload),
    (1007, "Cannot extract voices from a non-audio request.", .payload),
    (1007, "Thinking level must be specified for model gemini-3.8-live-extended-thi", .payload),
    (1007, "The requested combination of response modalities (TEXT) is not supported", .payload),
    (1007, "The audio content type (CONTENT_TYPE_AUDIO) is not supported for", .transient),
    (1008, "The operation was aborted.", .transient),
    (1011, "Internal error encountered.", .transient),
    (1011, "keepalive ping timeout", .transient),
    (1006, "", .transient), (1011, "", .transient), (1012, "", .transient), (4242, "x", .transient),
    (1000, "The operation was cancelled.", .deadline), (1000, "", .deadline), (1001, "", .deadline),
    (1011, "Deadline expired before operation could complete.", .deadline),
    (1008, "Connection aborted because the client failed to close the connection after", .deadline),
    (1008, "Tomorrow's words", .unknown), (1008, "", .unknown),
]

@Suite("What the service's refusals mean")
struct RefusalTests {
    @Test("every error text seen in the wild means what a person would read in it")
    func everyTextThatOthersWere() {
        for report in reports {
            let found = CloseReason(code: report.code, reason: report.text)
            #expect(found == report.meaning, "\(report.code) \(report.text)")
        }
    }

    @Test(
        "a trace id before it, other letters and a cut at 123 bytes change no meaning",
        arguments: 0..<20)
    func aTraceIdBeforeIt(seed: Int) {
        var dice = SeededDice(seed)
        // The 41 bytes of a trace id leave 82, which are enough in each of the texts.
        for report in reports where report.text.count > 30 {
            var text = report.text
            switch dice.number(0...2) {
            case 0: text = text.uppercased()
            case 1: text = text.lowercased()
            default: break
            }
            if dice.isLucky(60) {
                let id = (0..<16).map { _ in dice.pick(Array("0123456789abcdef")) }
                text = "Request trace id: \(String(id)), \(text)"
            } else if dice.isLucky(50) {
                text = "[ORIGINAL ERROR] \(text)"
            }
            text += String(repeating: " more", count: dice.number(0...20))
            let cut = String(decoding: text.utf8.prefix(123), as: UTF8.self)
            #expect(
                CloseReason(code: report.code, reason: cut) == report.meaning, "\(cut)")
        }
    }

    @Test("a word cut in half is still recognized")
    func aWordThatTheCut() {
        let filler =
            "Request trace id: f102afa6f090070d, [ORIGINAL ERROR] something of the inside: "
        let whole = filler + String(repeating: "x", count: 123 - filler.count - 14)
        let known: [(String, CloseReason)] = [
            ("resource_exhausted", .quota), ("permission_denied", .project),
            ("location is not supported", .region), ("exceeded your current quota", .quota),
            ("prepayment credits are depleted", .billing), ("unregistered callers", .credential),
        ]
        for (words, meaning) in known {
            let cut = String((whole + words).prefix(123))
            #expect(CloseReason(code: 1008, reason: cut) == meaning, "\(cut)")
        }
        // At the end of a text that was not cut, the same letters are another word.
        #expect(CloseReason(code: 1008, reason: "it is a resource_exhau") == .unknown)
    }

    @Test("a permanent failure is reported once, with the remedy, and not retried")
    func whatNoTryMendsIs() {
        let words: [CloseReason: String] = [
            .credential: "the key", .model: "live.model", .billing: "billing",
            .project: "project", .region: "where this device is",
        ]
        for report in reports {
            guard let advice = words[report.meaning] else { continue }
            let world = SessionWorld()
            world.connect()
            world.open()
            world.lose(report.code, report.text)
            #expect(world.failure?.reason == report.meaning.failure)
            #expect(world.failure?.text == report.text)
            #expect(world.failure?.description.contains(advice) == true, "\(report.text)")
            #expect(world.deadline == nil)
            #expect(world.opened == 1)
        }
    }

    @Test("a refused voice or thinking level names its setting")
    func aRefusedVoiceOrThinking() {
        for (text, setting) in [
            ("Requested voice api_name 'Fooo' is not available", "live.voice"),
            ("Thinking level must be specified for model", "live.thinking_level"),
        ] {
            let world = SessionWorld()
            world.connect()
            for _ in 0..<2 {
                world.open()
                world.lose(1007, text)
                world.wait(60_000)
            }
            #expect(world.failure?.advice.contains(setting) == true)
        }
    }

    @Test("an unknown refusal is permanent when it comes three times running")
    func aRefusalInWordsThat() {
        let world = SessionWorld()
        world.connect()
        for count in 1...3 {
            #expect(!world.isFailed)
            #expect(world.opened == count)
            world.open()
            world.lose(1008, "Tomorrow's words")
            world.wait(60_000)
        }
        #expect(world.failure?.text == "Tomorrow's words")
        // Not in succession: a session between them shows that the service is reachable.
        let other = SessionWorld()
        other.connect()
        for _ in 0..<4 {
            for _ in 0..<2 {
                other.open()
                other.lose(1008, "Tomorrow's words")
                other.wait(60_000)
            }
            other.accept()
            other.converse()
            other.lose()
            other.wait(60_000)
        }
        #expect(!other.isFailed)
    }

    @Test("an overloaded service is given time, and the handle stays")
    func aServiceThatHasToo() {
        for text in [
            "The model is overloaded.", "Request trace id: 1, RESOURCE_EXHAUSTED: Maximum",
        ] {
            let world = SessionWorld.ready()
            world.converse("h")
            world.lose()
            world.wait(0)
            for _ in 0..<4 {
                let before = world.openings.count
                world.open()
                #expect(world.setups.last?.handle == "h")
                world.lose(1011, text)
                // The user may be impatient.
                world.wait(1_400)
                world.connect()
                #expect(world.openings.count == before)
                world.wait(100_000)
                #expect(world.openings.count == before + 1)
            }
            world.accept()
            #expect(world.setups.last?.handle == "h")
        }
    }

    @Test("a handle that only meets an overloaded service is given up eventually")
    func aHandleThatOnlyEver() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose()
        var tries = 0
        repeat {
            world.wait(100_000)
            world.open()
            world.lose(1013)
            tries += 1
        } while world.setups.last?.handle == "h" && tries < 50
        #expect(tries <= SessionHandle.overloadLimit + 1)
    }
}

/// An error as the service writes it into a response body.
private func errorBody(
    _ code: Int, _ message: String, _ status: String, _ detail: String = ""
) -> String {
    #"{"error": {"code": \#(code), "message": "\#(message)", "status": "\#(status)", "details": [\#(detail)]}}"#
}

private let page = "<!DOCTYPE html><html>please log in</html>"

@Suite("Upgrade responses other than 101")
struct OpeningRefusalTests {
    private func refusal(_ status: Int, _ body: String) -> OpeningRefusal {
        OpeningRefusal(
            host: "h", answer: UpgradeRefusal(status: status, body: Array(body.utf8)))
    }

    @Test(
        "a key refused there ends the session like one refused by a close",
        arguments: [
            (
                401,
                errorBody(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")
            ),
            (401, ""), (403, ""), (403, page),
            (403, errorBody(403, "Your API key was reported as leaked.", "PERMISSION_DENIED")),
            (
                400,
                errorBody(
                    400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT",
                    #"{"reason": "API_KEY_INVALID"}"#)
            ),
            (400, errorBody(400, "Something else.", "X", #"{"reason": "API_KEY_INVALID"}"#)),
            (400, "[" + errorBody(400, "API key expired.", "INVALID_ARGUMENT") + "]"),
        ])
    func aKeyThatIsRefused(
        status: Int, body: String
    ) {
        let world = SessionWorld()
        world.connect()
        world.refuse(status, body)
        #expect(world.failure?.reason == .credential)
        #expect(world.failure?.text.contains("HTTP \(status)") == true)
        #expect(world.deadline == nil)
    }

    @Test("the body's text decides, and is reported")
    func whatTheBodySaysDecides() {
        let known: [(Int, String, String, CloseReason)] = [
            (403, "Your project has been denied access.", "PERMISSION_DENIED", .project),
            (
                403, "Gemini API has not been used in project 1 before", "PERMISSION_DENIED",
                .project
            ),
            (
                400, "User location is not supported for the API use.", "FAILED_PRECONDITION",
                .region
            ),
            (429, "Your prepayment credits are depleted.", "RESOURCE_EXHAUSTED", .billing),
            (429, "Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED", .quota),
            (404, "models/x is not found for API version v1beta", "NOT_FOUND", .model),
            (404, "No such thing.", "NOT_FOUND", .model),
            (503, "The model is overloaded.", "UNAVAILABLE", .overloaded),
        ]
        for (status, message, name, meaning) in known {
            let found = refusal(status, errorBody(status, message, name))
            #expect(found.reason == meaning, "\(message)")
            #expect(found.text.contains(message))
        }
    }

    @Test("too many requests wait as long as the server wants, and no press shortens it")
    func tooManyRequestsWaitAs() {
        for (asked, least) in [(nil, 40_000), (10, 40_000), (120, 120_000), (600, 600_000)]
            as [(Int64?, Int64)]
        {
            let world = SessionWorld()
            world.connect()
            world.refuse(429, page, retryAfter: asked)
            #expect(world.isOffline)
            for time in stride(from: 0, to: least - 1, by: 5_000) {
                world.wait(until: time)
                world.connect()
            }
            #expect(world.opened == 1, "\(String(describing: asked))")
            world.wait(least)
            #expect(world.opened == 2)
        }
    }

    @Test("a wait that the body asks for is observed, too")
    func aWaitThatTheBody() {
        let detail = #"{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "90s"}"#
        let world = SessionWorld()
        world.connect()
        world.refuse(429, errorBody(429, "Slow down.", "RESOURCE_EXHAUSTED", detail))
        world.wait(89_000)
        #expect(world.opened == 1)
        world.wait(10_000)
        #expect(world.opened == 2)
    }

    @Test(
        "a captive portal or a faulty proxy is a temporary outage, and is named",
        arguments: [200, 302, 307, 511, 500, 502])
    func aPortalOrAFaulty(status: Int) {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose()
        world.wait(0)
        for _ in 0..<6 {
            world.refuse(status, page)
            #expect(!world.isFailed)
            world.wait(60_000)
        }
        let texts = world.events.compactMap {
            if case .offline(.unreachable(let text), _) = $0 { text } else { nil }
        }
        #expect(texts.contains { $0.contains("HTTP \(status)") })
        if status < 400 || status == 511 { #expect(texts.last?.contains("login") == true) }
        // It did not count as a try of the handle.
        world.open()
        #expect(world.setups.last?.handle == "h")
    }

    @Test(
        "a web page in place of the service is reported three times and then permanent",
        arguments: [404, 405, 410, 421])
    func aPageWhereTheService(status: Int) {
        let world = SessionWorld()
        world.connect()
        for _ in 0..<3 {
            #expect(!world.isFailed)
            world.refuse(status, page)
            world.wait(60_000)
        }
        #expect(world.failure?.text.contains("live.url") == true)
    }

    @Test("a redirect is reported with where it points")
    func aRedirectionIsNamedWith() {
        let found = OpeningRefusal(
            host: "h",
            answer: UpgradeRefusal(status: 302, location: "https://login.example/here"))
        #expect(found.text.contains("https://login.example/here"))
        #expect(found.reason == .transient)
    }
}
