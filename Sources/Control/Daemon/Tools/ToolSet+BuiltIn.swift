internal import Configuration
internal import Mosquitto
internal import Timers
internal import Tools

/// What the functions of the device itself work on.
package struct OwnParts: Sendable {
    let device: any DevicePort
    let timers: TimerKeeper
    /// The line to the broker; nil where there is none.
    let broker: MQTTClient?
    let log: Log
}

extension ToolSetBuilder {
    /// Adds the functions that the device has by itself, as far as the settings want them.
    mutating func addBuiltIn(_ own: OwnParts?) {
        let wanted = settings[Keys.tools.builtIn]
        do {
            for name in DeviceTools.names where wanted.contains(name) {
                let tool = try DeviceTools.named(name, own?.device ?? AbsentDevice())
                add(tool, at: nil)
            }
            guard wanted.contains("timers") else { return }
            for tool in try TimerTools.all(own?.timers) {
                add(tool, at: nil)
            }
        } catch {
            note(error, at: nil)
        }
    }
}
