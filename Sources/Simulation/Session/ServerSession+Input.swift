import Linux
internal import WireCodec

extension ServerSession {
    /// How much silence before speech is kept (samples: two minutes).
    private static let silenceLimit = 120 * 16_000

    var isUserSpeaking: Bool { terms.isManual ? activity != nil : gate?.isSpeech ?? false }

    /// Whether realtime input is allowed, which it is not while the history is awaited.
    mutating func isDoneWithHistory(at now: Int64) -> Bool {
        guard expectsHistory else { return true }
        guard scenario.isStrict else {
            expectsHistory = false
            return true
        }
        refuse(Refusal(.invalidArgument), at: now)
        return false
    }

    mutating func takeInput(_ input: JSONValue, at now: Int64) {
        guard let object = input.object, object.members.count == 1,
            let member = object.members.first
        else { return refuse(Refusal(.invalidArgument), at: now) }
        switch member.key {
        case "audio": takeBlob(member.value, at: now)
        case "mediaChunks":
            // Only the first one counts.
            if let first = member.value.array?.first { takeBlob(first, at: now) }
        case "video":
            guard member.value["mimeType"]?.string?.hasPrefix("image/") == true else {
                return refuse(Refusal(.invalidArgument), at: now)
            }
        case "activityStart", "activityEnd":
            guard terms.isManual else {
                return refuse(
                    Refusal(
                        1007,
                        "Explicit activity control is not supported when automatic activity "
                            + "detection is enabled."), at: now)
            }
            if member.key == "activityStart" {
                beginActivity(at: now)
            } else {
                endActivity(at: now)
            }
        case "audioStreamEnd":
            guard !terms.isManual else { return refuse(Refusal(.invalidArgument), at: now) }
            if gate?.flush() != nil {
                wordsEnded(at: now)
            } else {
                // Sound that was not speech does not belong to later words either.
                activity = nil
            }
            if load != nil { completeTurn(at: now) }
        case "text":
            let text = member.value.string ?? ""
            tell(.text(text))
            meter.read(text)
            interrupt(at: now)
            answer(at: now, isTyped: true)
        default: break
        }
    }

    private mutating func takeBlob(_ blob: JSONValue, at now: Int64) {
        let type = blob["mimeType"]?.string ?? ""
        if type.hasPrefix("image/") { return }
        guard let rate = AudioInput.rate(ofMIMEType: type),
            let data = blob["data"]?.string, let samples = AudioInput.samples(of: data)
        else { return refuse(Refusal(.invalidArgument), at: now) }
        takeAudio(AudioInput.converted(samples, from: rate), at: now)
    }

    mutating func takeContent(_ content: JSONValue, at now: Int64) {
        let isComplete = content["turnComplete"]?.bool ?? false
        tell(.content(content, isHistory: expectsHistory))
        for turn in content["turns"]?.array ?? [] {
            for part in turn["parts"]?.array ?? [] { meter.read(part["text"]?.string ?? "") }
        }
        if expectsHistory {
            expectsHistory = !isComplete
            return
        }
        // The service does not keep the order of content and sound, so this eventually fails.
        if scenario.isStrict, isUserSpeaking {
            return refuse(Refusal(.invalidArgument), at: now)
        }
        interrupt(at: now)
        if isComplete { answer(at: now, isTyped: true) }
    }

    mutating func takeUpdate(_ update: JSONValue, at now: Int64) {
        guard terms.profile.allowsContextUpdate else {
            return refuse(
                Refusal(
                    1007,
                    "Invalid JSON payload received. Unknown name \"contextUpdate\": Cannot find "
                        + "field."), at: now)
        }
        if let tools = update["tools"]?["tools"]?.array {
            guard SetupCheck(profile: terms.profile, access: access).tools(tools) else {
                return refuse(Refusal(.invalidArgument), at: now)
            }
            terms.functions = Self.functions(in: tools, profile: terms.profile)
        }
        tell(.contextUpdated(update))
    }

    // MARK: - The user's words

    mutating func takeAudio(_ samples: [Int16], at now: Int64) {
        if inputSamples == 0 { tell(.soundCame) }
        inputSamples += samples.count
        meter.hear(samples: samples.count)
        if load != nil {
            // In place, since it holds the sound that is sent.
            let (messages, said) = load?.take(samples.count) ?? ([], 0)
            meter.speak(samples: said)
            for message in messages { send(message) }
            return
        }
        if terms.isManual {
            guard activity != nil else {
                // The service ignores it, but a client that sends it has lost the order.
                if scenario.isStrict { return refuse(Refusal(.invalidArgument), at: now) }
                return tell(.ignoredAudio(samples: samples.count))
            }
            activity?.append(contentsOf: samples)
            return
        }
        if activity == nil { activity = [] }
        activity?.append(contentsOf: samples)
        for event in gate?.take(samples) ?? [] {
            switch event {
            case .began: wordsBegan(at: now)
            case .ended: wordsEnded(at: now)
            }
        }
        // Only at twice the limit, so that not every chunk moves all kept samples.
        if gate?.isSpeech == false, let count = activity?.count, count > 2 * Self.silenceLimit {
            activity?.removeFirst(count - Self.silenceLimit)
        }
    }

    private mutating func beginActivity(at now: Int64) {
        // A second start within an activity is ignored (section 3.4).
        guard activity == nil else { return }
        activity = []
        wordsBegan(at: now)
    }

    private mutating func endActivity(at now: Int64) {
        guard let words = activity else { return refuse(Refusal(.invalidArgument), at: now) }
        guard !words.isEmpty else {
            send(["serverContent": ["turnComplete": true], "usageMetadata": [:]])
            return refuse(Refusal(.precondition), at: now)
        }
        wordsEnded(at: now)
    }

    private mutating func wordsBegan(at now: Int64) {
        tell(.wordsBegan)
        tellActivity("ACTIVITY_START")
        if generation == nil, quirks.remove(.residualInterruption) != nil {
            send(["serverContent": ["interrupted": true]])
            send(["serverContent": ["turnComplete": true]])
        }
        interrupt(at: now)
        note(.words, at: now)
    }

    private mutating func wordsEnded(at now: Int64) {
        tell(.wordsEnded(activity ?? []))
        tellActivity("ACTIVITY_END")
        activity = nil
        answer(at: now)
    }

    private mutating func tellActivity(_ type: String) {
        guard terms.tellsActivity else { return }
        let offset = Duration.seconds(Double(inputSamples) / 16_000)
        send([
            "serverContent": [:],
            "voiceActivity": ["type": .string(type), "audioOffset": .string(offset.wireText)],
        ])
    }
}

extension Duration {
    /// Seconds as the wire writes them: `50s`, `6.680s`.
    var wireText: String {
        let milliseconds = nanoseconds / 1_000_000
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000)
        guard rest != 0 else { return "\(seconds)s" }
        return "\(seconds).\(String("\(1000 + rest)".dropFirst()))s"
    }
}
