// Settings that change nothing beside others: allowed, but surely not meant.

extension Settings {
    /// Settings of no effect, for one reason.
    private struct Idle {
        /// Whether they are, as things stand.
        let isSo: Bool
        let settings: [any AnySetting]
        /// What would give them one.
        let reason: String
    }

    /// What was changed from its default and has no effect, one line each.
    var idleWarnings: [Diagnostic] {
        var reported: Set<String> = []
        return (listening + panel + light + sound + far).filter(\.isSo).flatMap { idle in
            idle.settings.compactMap { setting in
                guard let place = position(of: setting),
                    text(of: setting) != setting.fallbackText,
                    reported.insert(setting.path).inserted
                else { return nil }
                return Diagnostic(place, "\(setting.path) changes nothing: \(idle.reason)")
            }
        }
    }

    private var listening: [Idle] {
        let isHandsFree = self[Keys.Conversation.mode] == "hands-free"
        let isVertex = self[Keys.Live.service] == "vertex"
        return [
            Idle(
                isSo: !isHandsFree,
                settings: [
                    Keys.Live.startSensitivity, Keys.Live.endSensitivity, Keys.Live.prefixPadding,
                    Keys.Live.silenceDuration, Keys.Conversation.bargeIn,
                    Keys.Conversation.falseInterruption,
                ], reason: "it is for conversation.mode \"hands-free\""),
            Idle(
                isSo: self[Keys.Live.silenceDuration] > self[Keys.Voice.hangover],
                settings: [Keys.Live.silenceDuration],
                reason: "the device itself ends the turn before, after voice.hangover_ms = "
                    + "\(self[Keys.Voice.hangover]); raise that, too"),
            Idle(
                isSo: !isVertex,
                settings: [Keys.Vertex.project, Keys.Vertex.location, Keys.Vertex.accountFile],
                reason: "it is for live.service \"vertex\""),
            Idle(
                isSo: isVertex, settings: [Keys.Live.keyFile],
                reason: "with live.service \"vertex\" an account pays, not a key"),
            Idle(
                isSo: !self[Keys.Tools.builtIn].contains("timers"), settings: Keys.Timers.all,
                reason: "tools.builtin leaves \"timers\" out"),
        ]
    }

    private var panel: [Idle] {
        let places: [any AnySetting] = [
            Keys.Button.line, Keys.Button.activeLow, Keys.Button.bias,
        ]
        let deeds: [any AnySetting] = [
            Keys.Button.press, Keys.Button.tap, Keys.Button.double, Keys.Button.long,
        ]
        return [
            Idle(
                isSo: self[Keys.Button.source] != "gpio",
                settings: places + deeds + [Keys.Button.debounce, Keys.Button.filter],
                reason: "it is for button.source \"gpio\""),
            Idle(
                isSo: !buttonTables.isEmpty, settings: places + deeds,
                reason: "the [[button]] tables stand in its place"),
            Idle(
                isSo: self[Keys.MuteSwitch.line].isEmpty,
                settings: [Keys.MuteSwitch.activeLow, Keys.MuteSwitch.bias],
                reason: "mute_switch.line is empty"),
        ]
    }

    private var light: [Idle] {
        let kind = self[Keys.Light.kind]
        let pixels: [any AnySetting] = [
            Keys.Light.device, Keys.Light.dataLine, Keys.Light.clockLine, Keys.Light.pixels,
        ]
        let night = self[Keys.Light.nightFrom]
        return [
            Idle(
                isSo: kind != "gpio", settings: [Keys.Light.line, Keys.Light.activeLow],
                reason: "it is for led.kind \"gpio\""),
            Idle(
                isSo: kind != "class", settings: [Keys.Light.name],
                reason: "it is for led.kind \"class\""),
            Idle(isSo: kind != "apa102", settings: pixels, reason: "it is for led.kind \"apa102\""),
            Idle(
                isSo: kind == "apa102" && !self[Keys.Light.dataLine].isEmpty,
                settings: [Keys.Light.device],
                reason: "led.data_line and led.clock_line stand in its place"),
            Idle(
                isSo: self[Keys.Light.powerLine].isEmpty, settings: [Keys.Light.powerActiveLow],
                reason: "led.power_line is empty"),
            Idle(
                isSo: night == self[Keys.Light.nightTo], settings: [Keys.Light.nightBrightness],
                reason: "led.night_from and led.night_to name no night"),
        ]
    }

    private var sound: [Idle] {
        let echo = self[Keys.Echo.mode]
        let isHandsFree = self[Keys.Conversation.mode] == "hands-free"
        let cancels = echo == "cancel" || echo == "auto" && isHandsFree
        return [
            Idle(
                isSo: self[Keys.Music.device].isEmpty,
                settings: [Keys.Music.rate, Keys.Music.channels, Keys.Music.format],
                reason: "audio.music.device is empty"),
            Idle(
                isSo: self[Keys.Capture.level] < 0, settings: [Keys.Capture.levelControl],
                reason: "audio.capture.level_percent leaves it as it is"),
            Idle(
                isSo: !cancels,
                settings: [Keys.Echo.canceller, Keys.Echo.tail, Keys.Echo.suppression],
                reason: "it is for audio.echo.mode \"cancel\""),
            Idle(
                isSo: self[Keys.Echo.canceller] == "webrtc",
                settings: [Keys.Echo.tail, Keys.Echo.suppression],
                reason: "it is for audio.echo.canceller \"speex\""),
            Idle(
                isSo: echo != "half-duplex", settings: [Keys.Echo.halfDuplexTail],
                reason: "it is for audio.echo.mode \"half-duplex\""),
            Idle(
                isSo: !self[Keys.Sounds.enabled], settings: [Keys.Sounds.directory],
                reason: "sounds.enabled is false"),
            Idle(
                isSo: !self[Keys.Recording.enabled],
                settings: [
                    Keys.Recording.directory, Keys.Recording.limit, Keys.Recording.maximumAge,
                ], reason: "recording.enabled is false"),
        ]
    }

    private var far: [Idle] {
        [
            Idle(
                isSo: self[Keys.MQTT.host].isEmpty, settings: Keys.MQTT.all,
                reason: "mqtt.host is empty"),
            Idle(
                isSo: !self[Keys.MQTT.discovery], settings: [Keys.MQTT.discoveryPrefix],
                reason: "mqtt.discovery is false"),
        ]
    }
}
