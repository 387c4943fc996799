private import CWebRTC

/// Why WebRTC's canceller is not available.
package enum WebRTCError: Error, Equatable, CustomStringConvertible {
    /// The shared object, or the library that it needs, is missing or has another version; the
    /// reason.
    case unavailable(String)
    /// The library did not create a canceller.
    case refused(library: String)

    package var description: String {
        switch self {
        case .unavailable(let reason): reason
        case .refused(let library): "\(library) makes no canceller"
        }
    }
}

/// Removes a loudspeaker's echo from a microphone by the library that browsers use.
///
/// It is in its own shared object, described by `EchoDoor.h`, which the first `init` loads. The
/// object stays loaded; a canceller takes 0.7 MB.
///
/// ## Concurrency
/// One thread at a time. The library allocates and locks by itself, so do not use it on a thread
/// that serves a card.
package final class WebRTCCanceller {
    /// Samples of a frame: 10 ms of mono at 16 kHz.
    package static let frameSamples = 160
    /// Where Debian's package puts the shared object.
    package static let usualPath = "/usr/lib/martlet/martlet-webrtc.so"
    /// The longest reason that is kept (bytes).
    private static let reasonBytes = 512

    private let door: UnsafePointer<martlet_echo_door>
    private let handle: OpaquePointer
    /// The library's name and version.
    package let library: String
    /// By how much the output is later than the microphone (samples).
    package let delaySamples: Int

    /// Creates a canceller that has learned nothing yet, from the shared object at a path.
    ///
    /// The corresponding C functions are `dlopen` and `martlet_echo_door`.
    package init(path: String) throws(WebRTCError) {
        var reason = [CChar](repeating: 0, count: Self.reasonBytes)
        guard let door = cwebrtc_open(path, &reason, Int32(reason.count)) else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .unavailable(String(decoding: text, as: UTF8.self))
        }
        let library = String(cString: door.pointee.library)
        guard let handle = cwebrtc_make(door) else { throw .refused(library: library) }
        self.door = door
        self.handle = handle
        self.library = library
        delaySamples = Int(door.pointee.delay_samples)
    }

    deinit { cwebrtc_release(door, handle) }

    /// Takes a frame of the reference, and replaces the microphone's by what is left of it; returns
    /// 0, or the library's error, after which the frame is unchanged or partly processed.
    package func process(
        reference: UnsafePointer<Int16>, microphone: UnsafeMutablePointer<Int16>
    ) -> Int32 {
        cwebrtc_process(door, handle, reference, microphone)
    }
}
