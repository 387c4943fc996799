private import CWebRTC

/// Why the canceller of WebRTC is not to be had.
package enum WebRTCError: Error, Equatable, CustomStringConvertible {
    /// The shared object, or the library it wants, is missing or of another version; why.
    case unavailable(String)
    /// The library makes no canceller.
    case refused(library: String)

    package var description: String {
        switch self {
        case .unavailable(let reason): reason
        case .refused(let library): "\(library) makes no canceller"
        }
    }
}

/// Takes out of a microphone what it hears of a loudspeaker, by the library that browsers use.
///
/// It comes in a shared object of its own, `EchoDoor.h` describes it, and is loaded by the first
/// `init`. The object stays loaded; a canceller is 0.7 MB.
///
/// ## Concurrency
/// One thread at a time. What the library allocates and locks is its own, so that thread keeps no
/// card.
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

    /// A canceller that knows nothing yet, from the shared object at a path.
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

    /// Takes a frame of the reference, and puts what is left of the microphone's in its place;
    /// returns 0, or the library's error, and the frame is as it was then or cleaned in part.
    package func process(
        reference: UnsafePointer<Int16>, microphone: UnsafeMutablePointer<Int16>
    ) -> Int32 {
        cwebrtc_process(door, handle, reference, microphone)
    }
}
