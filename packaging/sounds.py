"""What the evaluate programs share: sounds in WAV files, noise, and the gate beside ours."""
import wave

import numpy as np
import scipy.fft

RATE = 16000
PRE_ROLL = 0.3
HANGOVER = 0.5


def decibels(samples):
    return 10 * np.log10(np.mean(np.square(samples)) + 1e-12)


def read(path):
    with wave.open(path) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float) / 32768


def write(path, samples):
    data = np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data.tobytes())


def shaped(rng, count, slope, low, high):
    """Noise whose power falls by `slope` decibels an octave between two frequencies."""
    size = scipy.fft.next_fast_len(count, real=True)
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    gain = (np.maximum(frequencies, low) / low) ** (slope / 6.02)
    gain *= (frequencies >= low * 0.7) & (frequencies <= high)
    samples = scipy.fft.irfft(scipy.fft.rfft(rng.standard_normal(size)) * gain, size)[:count]
    return samples / np.sqrt(np.mean(samples**2))


def gated(voiced, step, onset=3, hangover=25, gap=2):
    """Frames of yes and no, of `step` seconds, with the onset and hangover of Martlet's detector:
    first and last second, and when the end was told."""
    found, is_speech, loud, quiet, candidate, start = [], False, 0, 0, 0, 0
    for frame, is_loud in enumerate(voiced):
        quiet = 0 if is_loud else quiet + 1
        if not is_speech:
            loud = loud + 1 if is_loud else (0 if quiet > gap else loud)
            candidate = 0 if loud == 0 else candidate + 1
            if loud >= onset:
                is_speech, start, loud, quiet, candidate = True, frame + 1 - candidate, 0, 0, 0
        elif quiet >= hangover:
            found.append((start * step, (frame + 1 - quiet) * step, (frame + 1) * step))
            is_speech, quiet = False, 0
    if is_speech:
        found.append((start * step, len(voiced) * step, len(voiced) * step))
    return found


def webrtc(path, mode):
    """What webrtcvad of PyPI takes for speech in a file, gated."""
    import webrtcvad

    detector = webrtcvad.Vad(mode)
    data = np.round(read(path) * 32768).astype("<i2").tobytes()
    return gated(
        [detector.is_speech(data[at : at + 640], RATE) for at in range(0, len(data) - 639, 640)],
        0.02)
