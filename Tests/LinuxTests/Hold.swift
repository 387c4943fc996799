import Linux

/// What holds a confined program: all that there is, or a part of it, as on systems that lack the
/// rest.
enum Hold: CaseIterable, Sendable {
    case both, nameSpace, landlock

    #if MARTLET_TSAN
    /// With the thread sanitizer the kernel takes the root for busy, and lets it not be made one
    /// that is only read: such a program is refused.
    static let allCases: [Hold] = [.both, .landlock]
    #endif

    func choose(for confinement: inout Confinement) {
        confinement.usesNameSpace = self != .landlock
        confinement.usesLandlock = self != .nameSpace
    }
}
