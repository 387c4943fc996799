private import CALSA

/// The messages that alsa-lib itself writes to the standard error stream.
package enum ALSALog {
    /// Switches them off for the whole program; what matters is in the errors.
    ///
    /// To be called once, before other threads use ALSA. The corresponding C function is
    /// `snd_lib_error_set_handler`.
    package static func silence() {
        martlet_alsa_silence()
    }
}
