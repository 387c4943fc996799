import AudioCore
import AudioPath
import Linux

/// What the service would hear, as a WAV file: one channel, 16 kHz, through all of the processing.
struct Recording {
    let seconds: Double
    let path: String
    let rig: SoundRig

    func run() throws {
        rig.settings.playback = .null
        let take = MicrophoneTake()
        try rig.run(onMicrophone: { take.take($0) }) { engine in
            let start = MonotonicClock.now()
            engine.gate.open(at: start, preRollMilliseconds: 0)
            let end = start + Int64(seconds * 1e9)
            do {
                while MonotonicClock.now() < end {
                    try rig.pass()
                    if let trouble = engine.status().capture.trouble {
                        throw SoundRig.Failure.noDevice(trouble)
                    }
                }
                engine.gate.close(at: end)
                while !take.hasEnded { try rig.pass() }
            } catch SoundRig.Failure.interrupted {
                // What there is, is kept.
            }
            try save(take.samples, engine.status().capture)
        }
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
