import VoiceSession

/// Numbers the answers as a session would, for tests that only give the service's marks.
struct AnswerCounter {
    private struct Coming {
        let number: AnswerNumber
        let isAmbiguous: Bool
        var isOld = false
        var isGenerated = false
        var hasCalled = false
    }

    private var last = AnswerNumber.none
    private var ended = AnswerNumber.none
    /// Words that have no answer yet, the oldest first.
    private var due: [AnswerNumber] = []
    private var coming: Coming?
    /// The number of an answer that was cut, whose turn is not over yet.
    private var owed: AnswerNumber?
    private let isAutomatic: Bool

    init(isAutomatic: Bool) { self.isAutomatic = isAutomatic }

    private mutating func give() -> AnswerNumber {
        last = last.next
        return last
    }

    mutating func wordsBegan() {
        if coming?.hasCalled ?? false { coming = nil } else { coming?.isOld = true }
        if isAutomatic, !due.isEmpty { due = [give()] }
    }

    mutating func wordsEnded() -> AnswerNumber {
        due = isAutomatic ? [] : due
        due.append(give())
        return last
    }

    /// Called for a new connection, on which unanswered words are sent again.
    mutating func connected() { coming = nil }

    mutating func content() -> AnswerNumber {
        if let coming, !(coming.isOld && coming.isGenerated) {
            self.coming?.isGenerated = false
            return coming.number
        }
        let begun = Coming(number: due.last ?? give(), isAmbiguous: due.count > 1)
        if due.count < 2 { due = [] }
        coming = begun
        owed = nil
        return begun.number
    }

    mutating func called() -> AnswerNumber {
        let number = content()
        if coming?.isOld ?? false { coming = nil } else { coming?.hasCalled = true }
        return number
    }

    mutating func generated() -> AnswerNumber {
        coming?.isGenerated = true
        return coming?.number ?? due.last ?? ended
    }

    mutating func interrupted() -> (AnswerNumber, next: AnswerNumber?) {
        if let cut = coming {
            coming = nil
            ended = cut.number
            if cut.isAmbiguous { due = [give()] }
        } else if due.count > 1 {
            ended = due.removeFirst()
        }
        owed = ended
        return (ended, due.last ?? (isAutomatic ? give() : nil))
    }

    mutating func completed() -> AnswerNumber {
        if let over = coming {
            coming = nil
            ended = over.number
            if over.isAmbiguous { due.removeFirst() }
        } else if let cut = owed {
            owed = nil
            return cut
        } else if !due.isEmpty {
            ended = due.removeFirst()
        }
        return ended
    }
}
