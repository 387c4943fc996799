internal import Assistant

/// Passes what is to be shown to the report, and to light and broker if there are any.
struct Indicators: IndicatorPort {
    private let reporter: DeviceReporter
    private let light: StatusLight?
    private let presence: BrokerPresence?
    /// The device has a trouble of its own, whatever the conversation says.
    private let hasTrouble: Bool

    init(
        _ reporter: DeviceReporter, _ light: StatusLight?, _ presence: BrokerPresence?,
        hasTrouble: Bool
    ) {
        self.reporter = reporter
        self.light = light
        self.presence = presence
        self.hasTrouble = hasTrouble
    }

    func show(_ indication: Indication) {
        var indication = indication
        indication.hasTrouble = indication.hasTrouble || hasTrouble
        reporter.show(indication)
        light?.show(indication)
        presence?.reportChanged()
    }
}
