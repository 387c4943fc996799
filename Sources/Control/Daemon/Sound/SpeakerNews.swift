internal import Assistant
internal import AudioPath

/// Decides what to report to the assistant about the loudspeaker's device.
///
/// A value: the device's status goes in. It is polled, so a device may have been lost and be back
/// already: then both are reported.
struct SpeakerNews {
    private var losses = 0
    private var isLost = false

    /// What is new since the last look.
    mutating func signals(_ status: DeviceStatus) -> [SpeakerSignal] {
        var signals: [SpeakerSignal] = []
        if status.losses != losses, !isLost {
            isLost = true
            signals.append(.lost(status.lastLoss ?? ""))
        }
        losses = status.losses
        if isLost, status.trouble == nil {
            isLost = false
            signals.append(.back(status.grant.map { "\($0)" } ?? ""))
        }
        return signals
    }
}
