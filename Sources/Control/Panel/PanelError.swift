/// What is wrong with a setting of the buttons or the light.
///
/// The text does not repeat the setting's value, which the caller shows with its place.
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
