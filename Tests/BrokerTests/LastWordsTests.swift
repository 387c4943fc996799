import TestInputs
import Testing

@testable import Broker

/// The last request and the last reply, as Home Assistant gets them.
struct LastWordsTests {
    @Test("a request without a turn takes the place of the one before")
    func aRequestWithoutATurn() {
        var words = LastWords()
        for number in 0..<14 {
            words.heard(" Delete all")
            words.heard(" timers \(number).")
            words.said(" Done")
            words.said(" \(number).")
            words.replyEnded()
            #expect(words.request == "Delete all timers \(number).")
            #expect(words.reply == "Done \(number).")
        }
    }

    @Test("a stopped reply is published as far as it was spoken")
    func aReplyThatWasStopped() {
        var words = LastWords()
        words.turnOpened()
        words.heard("tell me a story")
        words.said("Once upon")
        words.replyEnded()
        #expect(words.reply == "Once upon")
        words.turnOpened()
        #expect(words.reply.isEmpty && words.request.isEmpty)
    }

    @Test("in any order of fragments there is never more than one request and one reply")
    func inAnyOrderOfFragments() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<300 {
            var words = LastWords()
            var (request, reply) = ("", "")
            var (isNewRequest, isNewReply) = (false, false)
            for step in 0..<60 {
                switch Int.random(in: 0..<5, using: &generator) {
                case 0:
                    words.turnOpened()
                    (request, reply) = ("", "")
                    (isNewRequest, isNewReply) = (false, false)
                case 1, 2:
                    words.heard(" h\(step)")
                    request = isNewRequest ? "h\(step)" : (request + " h\(step)")
                    isNewRequest = false
                case 3:
                    words.said(" s\(step)")
                    reply = isNewReply ? "s\(step)" : (reply + " s\(step)")
                    isNewReply = false
                default:
                    words.replyEnded()
                    (isNewRequest, isNewReply) = (true, true)
                }
                #expect(words.request == request.split(separator: " ").joined(separator: " "))
                #expect(words.reply == reply.split(separator: " ").joined(separator: " "))
            }
        }
    }

    @Test("no more is kept than fits into a message")
    func noMoreIsKeptThan() {
        var words = LastWords()
        for _ in 0..<10_000 { words.heard(" word") }
        #expect(words.request.count <= 2 * Presence.stateLimit)
    }
}
