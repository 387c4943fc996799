import Linux

/// What holds a confined program: all that there is, or a part of it, as on systems that lack the
/// rest.
enum Hold: CaseIterable, Sendable {
    case both, nameSpace, landlock

    func choose(for confinement: inout Confinement) {
        confinement.usesNameSpace = self != .landlock
        confinement.usesLandlock = self != .nameSpace
    }
}
