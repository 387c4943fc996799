/// What is wrong with something that the configuration says about the buttons or the light.
///
/// The text does not repeat what was written, which the caller shows with its place.
package enum PanelError: Error, Sendable, Equatable, CustomStringConvertible {
    case badPattern(String)
    case badAction(String)
    case badClockTime

    package var description: String {
        switch self {
        case .badPattern(let why), .badAction(let why): why
        case .badClockTime: "a time of day is hours and minutes, such as \"22:30\""
        }
    }
}
