internal import Assistant
internal import Timers

/// The real book of timers, rung by the assistant, in virtual time and on a virtual disk.
final class VirtualBell: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// The wall clock when a world begins: in November 2026.
    private static let wall: Int64 = 1_796_000_000 * 1_000_000_000
    /// How long it rings at most, so that the calm after a day is undisturbed (seconds).
    private static let ringSeconds = 90

    private let loop: VirtualLoop
    private let disk: VirtualDisk
    private let life: Life
    private var book: TimerBook
    private(set) var numbers: [Int] = []
    private var dismissed: [TimedItem] = []
    /// Called with the items that begin to ring.
    var onRing: ([TimedItem]) -> Void = { _ in }
    var assistant: VoiceAssistant?

    init(loop: VirtualLoop, disk: VirtualDisk, life: Life) {
        self.loop = loop
        self.disk = disk
        self.life = life
        var settings = TimerBook.Settings()
        settings.ringSeconds = Self.ringSeconds
        book = TimerBook(disk.timers, settings: settings)
    }

    private var now: Now {
        Now(
            wall: Self.wall + loop.now, boot: loop.now, life: "one", zone: Zone { _ in 0 })
    }

    var isRinging: Bool { !numbers.isEmpty }

    /// Adds a timer, or a reminder if there is a text; returns its number.
    func add(after seconds: Int64, text: String) -> Int? {
        defer { tick() }
        return try? book.add(
            text.isEmpty ? .timer : .reminder, name: "", text: text, when: .after(seconds), at: now
        ).number
    }

    /// Updates the book, because time has passed or the program has started.
    func tick() {
        guard !life.isOver else { return }
        book.advance(to: now)
        disk.timers = book.list
        ring(book.ringing)
        let wake = book.wake(at: now)
        let next = [wake.boot, wake.wall.map { $0 - Self.wall }].compactMap(\.self).min()
        if let next { loop.schedule(at: max(next, loop.now + 1)) { [weak self] in self?.tick() } }
    }

    private func ring(_ items: [TimedItem]) {
        let new = items.filter { !numbers.contains($0.number) }
        let wasRinging = isRinging
        numbers = items.map(\.number)
        guard isRinging else {
            if wasRinging { assistant?.assumeIsolated { $0.alarmEnded() } }
            return
        }
        guard !new.isEmpty else { return }
        onRing(new)
        for item in new where !item.text.isEmpty {
            assistant?.assumeIsolated {
                $0.announce(item.text, .briefly, patience: 3600 * 1_000_000_000)
            }
        }
        assistant?.assumeIsolated { assistant in
            assistant.alarmRings { [weak self] in self?.dismiss() }
        }
    }

    private func dismiss() {
        guard !life.isOver else { return }
        dismissed = book.stopRinging(numbers, at: now)
        numbers = []
        tick()
    }

    /// The press that silenced it is still held: it rings again later.
    func snooze() {
        guard !life.isOver else { return }
        book.putOff(dismissed, at: now)
        dismissed = []
        tick()
    }
}
