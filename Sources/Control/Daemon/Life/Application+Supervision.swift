internal import Assistant
internal import AudioPath
package import Configuration
internal import Linux
internal import VoiceSession
internal import WebSockets

extension Application: SupervisedDevice {
    package func isQuiet() async -> Bool {
        (try? await onLoop { [assistant] in assistant.assumeIsolated { $0.isQuiet } }) ?? true
    }

    package func apply(_ settings: Settings) async {
        let before = self.settings
        try? await onLoop { [assistant, session, bridge] in
            assistant.assumeIsolated { _ = $0.apply(settings.conversationSettings) }
            session.updateContext(instruction: settings[Keys.live.instruction], tools: nil)
            let volume = settings[Keys.playback.volume]
            if volume != before[Keys.playback.volume] { bridge.setVolume(Double(volume)) }
        }
    }

    package func handSettings() async -> HandSettings {
        let now = try? await onLoop { [assistant, bridge, device] in
            var hand = HandSettings()
            hand.mute = assistant.assumeIsolated { assistant in
                guard assistant.isMutedByHand else { return .open }
                return assistant.isMutedByWords ? .byWords(until: device.muteEndsAt) : .byHand
            }
            hand.volumePercent = bridge.volumeByHand
            return hand
        }
        return now ?? hand
    }

    /// Takes over what was set by hand before; on the loop, before there is a microphone.
    func resumeHandSettings() {
        switch hand.mute {
        case .open: break
        case .byHand: assistant.assumeIsolated { $0.resumeMute(byWords: false) }
        case .byWords(let until):
            assistant.assumeIsolated { $0.resumeMute(byWords: true) }
            if let until { device.endMute(at: until) }
        }
        if let percent = hand.volumePercent { bridge.setVolume(percent) }
    }

    package func pulse() async -> DevicePulse? {
        let mode = settings[Keys.conversation.mode]
        return try? await onLoop { [bridge, session, assistant] in
            let audio = bridge.engine?.status()
            let isConnected = session.isReady
            let outage = assistant.assumeIsolated { $0.outage }
            let words = [
                "mode \(mode)",
                isConnected ? "connected" : outage ?? "not connected, as nobody talks",
                "microphone \(DeviceControls.words(audio?.capture))",
                "loudspeaker \(DeviceControls.words(audio?.playback))",
            ]
            return DevicePulse(
                captureFrames: audio?.capture.frames ?? 0,
                captureOpenings: audio?.capture.openings ?? 0,
                hasMicrophone: audio?.capture.grant != nil, status: words.joined(separator: "; "))
        }
    }
}
