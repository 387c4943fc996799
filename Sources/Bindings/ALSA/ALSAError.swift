private import CALSA
private import Glibc
private import Linux

/// Why a sound device cannot be used; the text says what can be done about it.
///
/// Codes are errno values, positive.
package enum ALSAError: Error, Sendable, Equatable {
    /// There is no device of this name, or its card is not plugged in.
    case noSuchDevice(device: String, direction: StreamDirection)
    /// Another program holds the device.
    case busy(device: String, direction: StreamDirection)
    /// The account may not use the device.
    case notPermitted(device: String, direction: StreamDirection)
    /// No sound card at all is plugged in.
    case noCard(device: String, direction: StreamDirection)
    /// The name is defined; the reason is from alsa-lib's messages.
    case unusable(device: String, direction: StreamDirection, reason: String)
    /// A file of ALSA's configuration has a mistake, so that no device at all can be opened.
    case configuration(reason: String)
    /// Opening failed for another reason.
    case cannotOpen(device: String, direction: StreamDirection, code: Int32)
    /// The open device cannot do what was requested, or anything near it.
    case refused(device: String, what: String, code: Int32)
    /// The device takes IEC958 frames and nothing else, as HDMI does.
    case digitalOnly(device: String)
    /// The card has no mixer control of this name.
    case noSuchControl(card: String, name: String, existing: [String])
    /// A card's mixer, or one of its controls, failed.
    case mixer(card: String, what: String, code: Int32)
}

extension ALSAError {
    /// The error for a failed open, chosen by its remedy.
    ///
    /// `said` explains alsa-lib's messages about it.
    static func opening(
        _ device: String, _ direction: StreamDirection, code: Int32, said: ALSAExplanation,
        hasCards: Bool
    ) -> ALSAError {
        if let reason = said.configuration { return .configuration(reason: reason) }
        if !hasCards, said.missingCard != nil {
            return .noCard(device: device, direction: direction)
        }
        switch code {
        case EBUSY: return .busy(device: device, direction: direction)
        case ENOENT, ENODEV, ENXIO:
            // A name with arguments refers to its card; a name that is not defined is not a device.
            let isAbsent = said.undefinedName == device && said.missingCard == nil
            let namesCard = said.missingCard.map { device.contains(":") && device.contains($0) }
            if isAbsent || namesCard ?? said.messages.isEmpty {
                return .noSuchDevice(device: device, direction: direction)
            }
        case EACCES, EPERM:
            guard said.messages.contains(where: { $0.contains("IPC") }) else {
                return .notPermitted(device: device, direction: direction)
            }
        default: break
        }
        guard let reason = said.reason(for: device, code: code) else {
            return .cannotOpen(device: device, direction: direction, code: code)
        }
        return .unusable(device: device, direction: direction, reason: reason)
    }

    /// Makes an ALSA call and returns its result; on failure throws `failure` of its errno value.
    ///
    /// All calls of this target except the audio threads' pass through here, so that tests can
    /// force a failure by the call's name, as in `SystemError.forced`.
    @discardableResult
    static func check(
        _ call: String, or failure: (Int32) -> ALSAError, _ body: () -> Int32
    ) throws(ALSAError) -> Int32 {
        try SystemError.checkNegative(call, or: failure, body)
    }
}

extension ALSAError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchDevice(let device, let direction):
            "there is no \(direction) device \(device), or its card is not plugged in; "
                + "`martlet devices` lists the names"
        case .busy(let device, let direction):
            "\(direction) device \(device) is busy; another program holds it "
                + "(`fuser -v /dev/snd/*` shows which)"
        case .notPermitted(let device, let direction):
            "\(direction) device \(device) may not be used by this account; "
                + "add it to the group audio"
        case .noCard(let device, let direction):
            "no sound card is plugged in: \(direction) device \(device) cannot be opened; "
                + "`martlet devices` lists what there is"
        case .unusable(let device, let direction, let reason):
            "\(direction) device \(device) is defined, but cannot be opened: \(reason)"
        case .configuration(let reason):
            "ALSA cannot read its configuration, so that no sound device can be opened: \(reason)"
        case .cannotOpen(let device, let direction, let code):
            "\(direction) device \(device) cannot be opened: \(SystemError.text(of: code))"
        case .refused(let device, let what, let code):
            "sound device \(device) refuses \(what): \(SystemError.text(of: code)); "
                + "`plughw:` in place of `hw:` lets ALSA convert"
        case .digitalOnly(let device):
            "sound device \(device) takes IEC958 frames only, as the HDMI of a Raspberry Pi does; "
                + "name it \(Self.digitalName(of: device)), which makes them"
        case .noSuchControl(let card, let name, let existing):
            "card \(card) has no control \(name); it has "
                + (existing.isEmpty ? "none" : existing.joined(separator: ", "))
        case .mixer(let card, let what, let code):
            "mixer of card \(card): \(what): \(SystemError.text(of: code))"
        }
    }
}

extension ALSAError {
    /// What was refused and why, without the device's name and the remedy.
    var reason: String {
        guard case .refused(_, let what, let code) = self else { return "\(self)" }
        return "it refuses \(what): \(SystemError.text(of: code))"
    }

    /// The card of "hw:CARD=vc4hdmi,DEV=0" as "hdmi:CARD=vc4hdmi,DEV=0".
    private static func digitalName(of device: String) -> String {
        guard let colon = device.firstIndex(of: ":") else { return "hdmi:CARD=..." }
        return "hdmi\(device[colon...])"
    }
}
