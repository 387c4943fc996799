extension Keys {
    /// [audio.echo]: the microphone hears the loudspeaker.
    package struct Echo: SettingsSection {
        package static let introduction =
            "What to do about the loudspeaker's sound in the microphone."

        package let mode = Setting(
            "audio.echo.mode", "auto", .oneOf(["auto", "cancel", "half-duplex", "off"]),
            "cancel: its own voice is removed from what it hears, so that you can interrupt it. "
                + "half-duplex: it does not listen for a voice while it speaks. off: for a "
                + "headset, or a card that cancels the echo itself. auto: cancel in hands-free "
                + "mode, else off, as the button interrupts.")
        package let canceller = Setting(
            "audio.echo.canceller", "auto", .oneOf(["auto", "webrtc", "speex"]),
            "cancel: which library does it. webrtc: that of browsers, which learns the echo "
                + "sooner and leaves more of your voice; it needs Debian's "
                + "libwebrtc-audio-processing 1 (Debian 13), else speex is used. speex: "
                + "SpeexDSP. auto: webrtc if it is available.")
        package let tail = Setting(
            "audio.echo.tail_ms", 200, .range(32...512),
            "How long speex models the room's echo (milliseconds): about a third of its "
                + "reverberation time or more. Longer costs more of the processor.")
        package let suppression = Setting(
            "audio.echo.suppression_db", 40, .range(0...60),
            "How far the echo that speex leaves is reduced, less while you speak too "
                + "(decibels). 0: not at all, which saves a delay of 20 ms.")
        package let halfDuplexTail = Setting(
            "audio.echo.half_duplex_tail_ms", -1, .range(-1...2000),
            "half-duplex: how long the room is given to fall silent after the last sound "
                + "(milliseconds). -1: the time that it was found to need, half a second at "
                + "first.")
    }
}
