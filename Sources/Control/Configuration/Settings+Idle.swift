// Settings without effect because of others: allowed, but surely not intended.

extension Settings {
    /// Settings without effect, for one reason.
    private struct Idle {
        /// Whether they have no effect with the other settings as they are.
        let isWithoutEffect: Bool
        let settings: [any AnySetting]
        /// Why they have none, as the warning says.
        let reason: String
    }

    /// Settings that were changed from their default and have no effect, one line each.
    var idleWarnings: [Diagnostic] {
        var reported: Set<String> = []
        return (listening + panel + light + sound + far).filter(\.isWithoutEffect).flatMap { idle in
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
        let isHandsFree = self[Keys.conversation.mode] == "hands-free"
        let isVertex = self[Keys.live.service] == "vertex"
        return [
            Idle(
                isWithoutEffect: !isHandsFree,
                settings: [
                    Keys.live.startSensitivity, Keys.live.endSensitivity, Keys.live.prefixPadding,
                    Keys.live.silenceDuration, Keys.conversation.bargeIn,
                    Keys.conversation.falseInterruption,
                ], reason: "it is for conversation.mode \"hands-free\""),
            Idle(
                isWithoutEffect: self[Keys.live.silenceDuration] > self[Keys.voice.hangover],
                settings: [Keys.live.silenceDuration],
                reason: "the device itself ends the turn before, after voice.hangover_ms = "
                    + "\(self[Keys.voice.hangover]); raise that, too"),
            Idle(
                isWithoutEffect: !isVertex,
                settings: [Keys.vertex.project, Keys.vertex.location, Keys.vertex.accountFile],
                reason: "it is for live.service \"vertex\""),
            Idle(
                isWithoutEffect: isVertex, settings: [Keys.live.keyFile],
                reason: "with live.service \"vertex\" an account pays, not a key"),
            Idle(
                isWithoutEffect: !self[Keys.tools.builtIn].contains("timers"),
                settings: Keys.timers.all,
                reason: "tools.builtin leaves \"timers\" out"),
        ]
    }

    private var panel: [Idle] {
        let places: [any AnySetting] = [
            Keys.button.line, Keys.button.activeLow, Keys.button.bias,
        ]
        let deeds: [any AnySetting] = [
            Keys.button.press, Keys.button.tap, Keys.button.double, Keys.button.long,
        ]
        return [
            Idle(
                isWithoutEffect: self[Keys.button.source] != "gpio",
                settings: places + deeds + [Keys.button.debounce, Keys.button.filter],
                reason: "it is for button.source \"gpio\""),
            Idle(
                isWithoutEffect: !buttonTables.isEmpty, settings: places + deeds,
                reason: "the [[button]] tables replace it"),
            Idle(
                isWithoutEffect: self[Keys.muteSwitch.line].isEmpty,
                settings: [Keys.muteSwitch.activeLow, Keys.muteSwitch.bias],
                reason: "mute_switch.line is empty"),
        ]
    }

    private var light: [Idle] {
        let kind = self[Keys.light.kind]
        let pixels: [any AnySetting] = [
            Keys.light.device, Keys.light.dataLine, Keys.light.clockLine, Keys.light.pixels,
        ]
        let night = self[Keys.light.nightFrom]
        return [
            Idle(
                isWithoutEffect: kind != "gpio", settings: [Keys.light.line, Keys.light.activeLow],
                reason: "it is for led.kind \"gpio\""),
            Idle(
                isWithoutEffect: kind != "class", settings: [Keys.light.name],
                reason: "it is for led.kind \"class\""),
            Idle(
                isWithoutEffect: kind != "apa102", settings: pixels,
                reason: "it is for led.kind \"apa102\""),
            Idle(
                isWithoutEffect: kind == "apa102" && !self[Keys.light.dataLine].isEmpty,
                settings: [Keys.light.device],
                reason: "led.data_line and led.clock_line replace it"),
            Idle(
                isWithoutEffect: self[Keys.light.powerLine].isEmpty,
                settings: [Keys.light.powerActiveLow],
                reason: "led.power_line is empty"),
            Idle(
                isWithoutEffect: night == self[Keys.light.nightTo],
                settings: [Keys.light.nightBrightness],
                reason: "led.night_from and led.night_to name no night"),
        ]
    }

    private var sound: [Idle] {
        let echo = self[Keys.echo.mode]
        let isHandsFree = self[Keys.conversation.mode] == "hands-free"
        let cancels = echo == "cancel" || echo == "auto" && isHandsFree
        return [
            Idle(
                isWithoutEffect: self[Keys.music.device].isEmpty,
                settings: [Keys.music.rate, Keys.music.channels, Keys.music.format],
                reason: "audio.music.device is empty"),
            Idle(
                isWithoutEffect: self[Keys.capture.level] < 0,
                settings: [Keys.capture.levelControl],
                reason: "audio.capture.level_percent leaves it as it is"),
            Idle(
                isWithoutEffect: !cancels,
                settings: [Keys.echo.canceller, Keys.echo.tail, Keys.echo.suppression],
                reason: "it is for audio.echo.mode \"cancel\""),
            Idle(
                isWithoutEffect: self[Keys.echo.canceller] == "webrtc",
                settings: [Keys.echo.tail, Keys.echo.suppression],
                reason: "it is for audio.echo.canceller \"speex\""),
            Idle(
                isWithoutEffect: echo != "half-duplex", settings: [Keys.echo.halfDuplexTail],
                reason: "it is for audio.echo.mode \"half-duplex\""),
            Idle(
                isWithoutEffect: !self[Keys.sounds.enabled], settings: [Keys.sounds.directory],
                reason: "sounds.enabled is false"),
            Idle(
                isWithoutEffect: !self[Keys.recording.enabled],
                settings: [
                    Keys.recording.directory, Keys.recording.limit, Keys.recording.maximumAge,
                ], reason: "recording.enabled is false"),
        ]
    }

    private var far: [Idle] {
        [
            Idle(
                isWithoutEffect: self[Keys.mqtt.host].isEmpty, settings: Keys.mqtt.all,
                reason: "mqtt.host is empty"),
            Idle(
                isWithoutEffect: !self[Keys.mqtt.discovery], settings: [Keys.mqtt.discoveryPrefix],
                reason: "mqtt.discovery is false"),
        ]
    }
}
