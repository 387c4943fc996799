import Linux

/// The means that confine a program: all of them, or a part, as on systems that lack the rest.
enum Hold: CaseIterable, Sendable {
    case both, nameSpace, landlock

    #if MARTLET_TSAN
    /// With the thread sanitizer the kernel considers the root busy, and refuses to make it
    /// read-only: such a program is refused.
    static let allCases: [Hold] = [.both, .landlock]
    #endif

    func choose(for confinement: inout Confinement) {
        confinement.usesNameSpace = self != .landlock
        confinement.usesLandlock = self != .nameSpace
    }
}
