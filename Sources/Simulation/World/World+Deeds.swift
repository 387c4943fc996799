internal import Assistant

// What the user does.

extension World {
    func perform(_ deed: Day.Deed) {
        book.note("the user: \(deed)", at: loop.now)
        let now = loop.now
        switch deed {
        case .cough(let length):
            // A noise during a voice is heard with the voice and masks nothing.
            guard now >= talksUntil else { return speak(for: length) }
            microphone.quiet.append(
                VirtualMicrophone.index(
                    at: now - 350_000_000)..<VirtualMicrophone.index(
                        at: now + length + 700_000_000))
            speak(for: length)
        case .stop:
            book.stop()
            device?.assistant.assumeIsolated { $0.silence(at: now) }
        case .talk(let length): talk(for: length)
        case .mute(let way, let length): mute(way, for: length)
        case .listen(let length):
            device?.assistant.assumeIsolated { $0.listen(at: now) }
            guard length > 0 else { break }
            talksUntil = now + 300_000_000 + length
            loop.after(300_000_000) {
                let begin = VirtualMicrophone.index(at: self.loop.now)
                // The rest of a noise is no longer heard.
                self.microphone.quiet = self.microphone.quiet.map { $0.clamped(to: 0..<begin) }
                self.speak(for: length)
            }
        case .say(let number):
            guard let device else { break }
            book.announced(number)
            device.assistant.assumeIsolated {
                $0.announce(
                    WorldBook.announcement(number), .briefly, patience: Self.announcementPatience)
            }
        case .timer(let seconds, let isReminder):
            let number = device?.bell.add(after: seconds, text: isReminder ? "a reminder" : "")
            if let number { expectRing(of: number, at: now + seconds * 1_000_000_000) }
        case .press: press()
        }
    }

    /// A device that cannot speak an announcement within this time reports that (nanoseconds).
    private static let announcementPatience: Int64 = 60_000_000_000
    /// Longer than any restart and any loss (nanoseconds).
    private static let ringPatience: Int64 = 6_000_000_000

    private func talk(for length: Int64) {
        switch day.mode {
        case .hold, .tap:
            edge(true)
            loop.after(day.mode == .hold ? length : min(length, 100_000_000)) {
                self.edge(false)
            }
            guard day.mode == .tap else { return }
            loop.after(length + 200_000_000) { self.edge(true) }
            loop.after(length + 300_000_000) { self.edge(false) }
        case .handsFree: speak(for: length)
        }
    }

    /// A short press.
    func press() {
        edge(true)
        loop.after(100_000_000) { self.edge(false) }
    }

    func edge(_ pressed: Bool) {
        // A button that is down cannot be pressed, and does not come up before the last finger
        // leaves it.
        let before = fingers
        fingers += pressed ? 1 : -1
        guard (before > 0) != (fingers > 0) else { return }
        guard let device else { return }
        let state = device.assistant.assumeIsolated { $0.state }
        // A press that may turn out to be a tap cancels the words that wait for an answer.
        let mayBeTap = day.mode == .tap || device.button != nil
        if pressed, mayBeTap, state == .thinking { book.stop() }
        let ringing = device.bell.numbers
        if pressed { book.pressed(at: loop.now) }
        if let button = device.button {
            button.edge(pressed)
        } else {
            let event = ButtonEvent(pressed: pressed, at: loop.now)
            device.assistant.assumeIsolated { $0.button(event) }
        }
        guard pressed, !ringing.isEmpty else { return }
        // At once, or when the press is known to be half of a double one.
        loop.after(1_500_000_000) { [weak self] in
            guard let self, let now = self.device, now === device else { return }
            let left = now.bell.numbers.filter(ringing.contains)
            if !left.isEmpty { book.fail("a press did not silence \(left)", at: loop.now) }
        }
    }

    private func mute(_ way: Day.Muting, for length: Int64) {
        let now = loop.now
        switch way {
        case .toggle: device?.assistant.assumeIsolated { $0.toggleMute(at: now) }
        case .words: device?.assistant.assumeIsolated { $0.mute(at: now) }
        case .hardware:
            microphone.isShut = true
            device?.assistant.assumeIsolated { $0.switchMute(true, at: now) }
        }
        loop.after(length) {
            let now = self.loop.now
            switch way {
            case .toggle: self.device?.assistant.assumeIsolated { $0.toggleMute(at: now) }
            case .words: self.device?.assistant.assumeIsolated { $0.endMute() }
            case .hardware:
                self.microphone.isShut = false
                // A switch that is turned while no program runs is not reported.
                if self.device == nil, self.parts.disk.mute == nil {
                    self.book.muted(false, at: now)
                }
                self.device?.assistant.assumeIsolated { $0.switchMute(false, at: now) }
            }
        }
    }

    /// Makes the local detector hear something for this time.
    private func speak(for length: Int64) {
        let begin = loop.now
        loop.after(60_000_000) {
            self.hear(.speechStarted(sample: VirtualMicrophone.index(at: begin), at: begin))
        }
        loop.after(max(length, 80_000_000) + 500_000_000) {
            let end = self.loop.now - 500_000_000
            self.hear(.speechEnded(sample: VirtualMicrophone.index(at: end), at: end))
        }
    }

    private func hear(_ signal: MicrophoneSignal) {
        guard !microphone.isLost, !microphone.isShut else { return }
        device?.assistant.assumeIsolated { $0.microphone(signal) }
    }

    /// Expects that a confirmed timer rings, whatever happens to the program meanwhile.
    private func expectRing(of number: Int, at due: Int64) {
        loop.schedule(at: due + Self.ringPatience) { [weak self] in
            guard let self else { return }
            book.checkRing(of: number, since: due - 10_000_000, at: loop.now)
        }
    }
}
