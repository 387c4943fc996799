internal import Assistant
internal import AudioPath
package import Configuration
internal import Linux
internal import VoiceSession
internal import WebSockets

extension Application: SupervisedDevice {
    package func isQuiet() async -> Bool {
        (try? await loop.run { [assistant] in assistant.assumeIsolated { $0.isQuiet } }) ?? true
    }

    package func apply(_ settings: Settings) async {
        let before = self.settings
        try? await loop.run { [assistant, session, bridge] in
            assistant.assumeIsolated { _ = $0.apply(settings.conversationSettings) }
            session.updateContext(instruction: settings[Keys.live.instruction], tools: nil)
            let volume = settings[Keys.playback.volume]
            if volume != before[Keys.playback.volume] { bridge.setVolume(Double(volume)) }
        }
    }

    package func handSettings() async -> UserOverrides {
        let now = try? await loop.run { [assistant, bridge, device] in
            var hand = UserOverrides()
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
        return try? await loop.run { [reporter] in
            let report = reporter.report
            let capture = report?.audio?.capture
            return DevicePulse(
                captureFrames: capture?.frames ?? 0, captureOpenings: capture?.openings ?? 0,
                hasMicrophone: capture?.grant != nil,
                status: report.map { "mode \(mode); \($0.line)" } ?? "mode \(mode)")
        }
    }
}
