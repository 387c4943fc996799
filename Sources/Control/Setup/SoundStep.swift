internal import Configuration
internal import Text

/// Finds the microphone that hears the loudspeaker, and levels at which it does.
struct SoundStep {
    /// No more pairs are tried by themselves: each takes some seconds.
    static let pairLimit = 12
    /// How loud the first sound is, where the settings do not say (percent).
    private static let firstVolume = 60

    let sounds: any SetupSounds
    let dialog: Dialog

    func run(_ draft: inout SetupDraft, _ settings: Settings) throws {
        if let trouble = sounds.trouble { dialog.say(trouble.visible) }
        for holder in sounds.holders { dialog.say("\(holder.visible)") }
        let pairs = Self.pairs(sounds.microphones, sounds.loudspeakers)
        if pairs.isEmpty { dialog.say(absence) }
        if !pairs.isEmpty,
            try dialog.yes("Play short sounds and listen, to find them?", default: true),
            let (pair, levels) = try search(pairs, settings)
        {
            return keep(pair, levels, &draft)
        }
        try byHand(&draft, settings)
    }

    /// Pairs in the order in which they are tried: of one card first, screens last.
    static func pairs(_ microphones: [SoundChoice], _ loudspeakers: [SoundChoice]) -> [SoundPair] {
        var ranked: [(rank: Int, pair: SoundPair)] = []
        for loudspeaker in loudspeakers {
            for microphone in microphones {
                let isOneCard = loudspeaker.card != nil && loudspeaker.card == microphone.card
                ranked.append(
                    (
                        (loudspeaker.isScreen ? 2 : 0) + (isOneCard ? 0 : 1),
                        SoundPair(capture: microphone.name, playback: loudspeaker.name)
                    ))
            }
        }
        let order = ranked.enumerated().sorted {
            ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
        }
        return order.prefix(pairLimit).map(\.element.pair)
    }

    private var absence: String {
        switch (sounds.microphones.isEmpty, sounds.loudspeakers.isEmpty) {
        case (true, true):
            "No sound card is there, or none that this account may use (group audio): plug one in, "
                + "or load its overlay."
        case (true, false): "There are loudspeakers, but no microphone."
        case (false, true): "There are microphones, but no loudspeaker."
        case (false, false): ""
        }
    }

    private func search(
        _ pairs: [SoundPair], _ settings: Settings
    ) throws -> (SoundPair, SoundLevels)? {
        let start = levels(settings)
        for pair in pairs {
            dialog.say("\(pair.playback) plays, \(pair.capture) listens.")
            guard let heard = try hear(pair, start, settings) else { continue }
            let verdict = SoundJudge.verdict(heard)
            dialog.say("  \(verdict.words) (\(heard.words)).")
            if verdict == .unheard { continue }
            return (pair, try adjust(pair, start, verdict, settings))
        }
        dialog.say(
            "No microphone heard a loudspeaker. Is the loudspeaker on, turned up and connected? "
                + "Are both near each other? Headphones are not heard.")
        return nil
    }

    /// Levels at which it is heard well, or the best that were found.
    private func adjust(
        _ pair: SoundPair, _ start: SoundLevels, _ first: SoundJudge.Verdict, _ settings: Settings
    ) throws -> SoundLevels {
        var (levels, verdict) = (start, first)
        for _ in 0..<SoundJudge.tryLimit {
            guard let next = SoundJudge.next(after: levels, verdict),
                let heard = try hear(pair, next, settings)
            else { break }
            (levels, verdict) = (next, SoundJudge.verdict(heard))
            dialog.say("  at \(levels.words): \(verdict.words) (\(heard.words)).")
        }
        if verdict != .good {
            dialog.say(
                "Nothing better was found: "
                    + (verdict == .clips
                        ? "put the microphone further from the loudspeaker, or turn its gain down."
                        : "put the microphone nearer, or turn the loudspeaker's own knob up."))
        }
        return levels
    }

    /// What was heard; nil where the devices could not be used, which was said.
    private func hear(
        _ pair: SoundPair, _ levels: SoundLevels, _ settings: Settings
    ) throws -> HeardSound? {
        do {
            return try sounds.hear(pair, levels, settings) { milliseconds in
                _ = try dialog.terminal.pause(milliseconds: milliseconds)
            }
        } catch let end as SetupEnd {
            throw end
        } catch {
            dialog.say("  \("\(error)".visible)")
            for holder in sounds.holders { dialog.say("  \(holder.visible)") }
            return nil
        }
    }

    private func byHand(_ draft: inout SetupDraft, _ settings: Settings) throws {
        guard
            let microphone = try device("The microphone:", sounds.microphones),
            let loudspeaker = try device("The loudspeaker:", sounds.loudspeakers)
        else {
            dialog.say("The sound devices are left as they are.")
            return
        }
        let pair = SoundPair(capture: microphone, playback: loudspeaker)
        let levels = levels(settings)
        guard let heard = try hear(pair, levels, settings) else {
            if try dialog.yes("Take them anyway?", default: false) {
                keep(pair, SoundLevels(volume: nil, sensitivity: nil), &draft)
            }
            return
        }
        let verdict = SoundJudge.verdict(heard)
        dialog.say("  \(verdict.words) (\(heard.words)).")
        guard verdict == .unheard else {
            return keep(pair, try adjust(pair, levels, verdict, settings), &draft)
        }
        if try dialog.yes("The microphone did not hear it. Take them anyway?", default: false) {
            keep(pair, SoundLevels(volume: nil, sensitivity: nil), &draft)
        }
    }

    /// A device by its number or its name; nil: none.
    private func device(_ question: String, _ choices: [SoundChoice]) throws -> String? {
        for (index, choice) in choices.enumerated() {
            dialog.say("  \(index + 1)  \(choice.name.visible)  \(choice.words.visible)")
        }
        guard
            let answer = try dialog.text("\(question) [number, or a name; Enter: leave it]")
        else { return nil }
        guard let number = Int(answer) else { return answer }
        guard choices.indices.contains(number - 1) else {
            dialog.say("There is no \(number) in the list.")
            return nil
        }
        return choices[number - 1].name
    }

    private func levels(_ settings: Settings) -> SoundLevels {
        let (volume, level) = (settings[Keys.playback.volume], settings[Keys.capture.level])
        return SoundLevels(
            volume: volume < 0 ? Self.firstVolume : volume, sensitivity: level < 0 ? nil : level)
    }

    private func keep(_ pair: SoundPair, _ levels: SoundLevels, _ draft: inout SetupDraft) {
        draft.set(Keys.capture.device, to: pair.capture)
        draft.set(Keys.playback.device, to: pair.playback)
        if let volume = levels.volume { draft.set(Keys.playback.volume, to: volume) }
        if let level = levels.sensitivity { draft.set(Keys.capture.level, to: level) }
        dialog.say("Taken: \(pair.capture) with \(pair.playback).")
    }
}

extension HeardSound {
    /// The figures.
    fileprivate var words: String {
        let room = "the room is at \(Int(noise.rounded())) dBFS"
        guard let level else { return "\(room), the loudest was \(Int(peak.rounded()))" }
        return "the sound is at \(Int(level.rounded())) dBFS, \(room)"
            + (clippedSamples > 0 ? ", \(clippedSamples) samples at full scale" : "")
    }
}

extension SoundLevels {
    /// The figures.
    fileprivate var words: String {
        let parts = [
            volume.map { "volume \($0) %" }, sensitivity.map { "sensitivity \($0) %" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
