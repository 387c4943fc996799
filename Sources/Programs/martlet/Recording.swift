import AudioCore
import AudioPath
import Linux

/// The sound that the service would hear, as a WAV file: one channel, 16 kHz, with all processing.
struct Recording {
    let seconds: Double
    let path: String
    let rig: SoundRig

    /// A shortfall below this is only the last period (seconds).
    private static let toleratedSeconds = 0.1

    /// Throws if the file could not be written later, possibly an hour later.
    func checkTarget(mayReplace: Bool) throws {
        guard mayReplace || !Files.exists(path) else {
            throw Complaint("'\(path)' exists already; --overwrite replaces it")
        }
        if Files.isDirectory(path) { throw Complaint("'\(path)' is a folder; name a file in it") }
        let probe = "\(path).\(UInt32.random(in: 0 ... .max))"
        do throws(SystemError) {
            try Files.writeAtomically(probe, [], mode: 0o600)
            try Files.remove(probe)
        } catch {
            throw Complaint("'\(path)' cannot be written: \(SystemError.text(of: error.code))")
        }
    }

    func run() throws {
        rig.settings.playback.device = .null
        let take = MicrophoneTake()
        try rig.run(onMicrophone: { take.take($0) }) { engine in
            let start = MonotonicClock.now()
            engine.gate.open(at: start, preRollMilliseconds: 0)
            let end = start + Int64(seconds * 1e9)
            var isWhole = false
            do {
                while MonotonicClock.now() < end {
                    try rig.pass()
                    if let trouble = engine.status().capture.trouble {
                        throw SoundRig.Failure.noDevice(trouble)
                    }
                }
                engine.gate.close(at: end)
                while !take.hasEnded { try rig.pass() }
                isWhole = true
            } catch SoundRig.Failure.interrupted {
                // The samples so far are saved.
            }
            try save(take.samples, engine.status().capture)
            if isWhole { warn(of: take.samples.count) }
        }
    }

    private func warn(of count: Int) {
        let taken = Double(count) / Double(AudioSettings.microphoneRate)
        guard taken < seconds - Self.toleratedSeconds else { return }
        func text(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
        StandardStream.error.write(
            "warning: \(text(taken)) of \(text(seconds)) s; \(text(seconds - taken)) s are missing, as "
                + "the device gave its sound late (a sound server's latency) or lost some\n")
    }

    private func save(_ samples: [Int16], _ status: DeviceStatus) throws {
        let file = WAVFile(rate: AudioSettings.microphoneRate, channels: 1, samples: samples)
        try Files.writeAtomically(path, file.bytes, mode: 0o600)
        let peak = samples.map { abs(Int32($0)) }.max() ?? 0
        StandardStream.output.write(
            "\(path): \(Double(samples.count / 160) / 100) s, peak "
                + "\(Decibels.text(Decibels.of(magnitude: peak))) dBFS, "
                + "\(status.xruns) overruns\n")
    }
}
