/// Makes presses and releases of a talk button out of the edges that its contacts give.
///
/// The first edge is taken at once, since a press must not wait; edges within the bouncing time
/// after it are not, but the level they leave behind is, when that time is over. So no release
/// is lost to the bouncing of its press. A value without clock: times come with the edges.
package struct ButtonGesture: ~Copyable {
    private let debounce: Int64
    private var taken = ButtonEvent(pressed: false, at: .min / 2)
    private var latest = ButtonEvent(pressed: false, at: .min / 2)

    /// A button that is up; `debounceMilliseconds` is 0 where the kernel debounces.
    package init(debounceMilliseconds: Int) {
        debounce = .milliseconds(debounceMilliseconds)
    }

    /// An edge came; returns it if it is a press or a release.
    package mutating func edge(_ event: ButtonEvent) -> ButtonEvent? {
        latest = event
        return event.at >= taken.at + debounce ? settle() : nil
    }

    /// When the bouncing is over and `deadlineReached` is to be called.
    package var deadline: Int64? {
        latest.pressed == taken.pressed ? nil : taken.at + debounce
    }

    /// The bouncing is over; returns the press or release that it hid, with its own time.
    package mutating func deadlineReached(at time: Int64) -> ButtonEvent? {
        time >= taken.at + debounce ? settle() : nil
    }

    private mutating func settle() -> ButtonEvent? {
        guard latest.pressed != taken.pressed else { return nil }
        taken = latest
        return latest
    }
}
