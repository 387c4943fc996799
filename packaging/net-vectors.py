#!/usr/bin/env python3
"""net-vectors.py: what onnxruntime makes of the sound that SpeechNetTests make, for its table.

Needs numpy, onnxruntime and silero-vad 6.2.3 (pip --no-deps).
"""
import importlib.util
import math
import os

import numpy as np
import onnxruntime

RATE = 16000
VOWELS = [(750, 1200, 2500), (320, 2200, 2900), (450, 850, 2500), (500, 1800, 2600)]


def sound():
    """Four seconds: hiss, a voice of vowels whose pitch glides, a chord, and voice and chord."""
    samples, state, phase = [], 1, 0.0
    for index in range(4 * RATE):
        time = index / RATE
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        value = 0.001 * ((state >> 16) / 32_768 - 1)
        if 0.5 <= time < 2 or time >= 3:
            phase += 2 * math.pi * 130 * (1 + 0.25 * math.sin(2 * math.pi * 1.7 * time)) / RATE
            syllable = math.sin(math.pi * 4 * time) ** 2
            formants = VOWELS[int(time * 4) % len(VOWELS)]
            for partial in range(1, 26):
                near = sum(
                    1 / (1 + ((partial * 130 - formant) / 90) ** 2) for formant in formants)
                value += 0.1 * syllable * near * math.sin(partial * phase)
        if time >= 2:
            for note in (196, 246.9, 293.7):
                value += 0.03 * math.sin(2 * math.pi * note * time)
        samples.append(math.floor(32_768 * value + 0.5))
    return np.clip(np.array(samples), -32_768, 32_767).astype(np.int16)


def main():
    package = os.path.dirname(importlib.util.find_spec("silero_vad").origin)
    session = onnxruntime.InferenceSession(f"{package}/data/silero_vad.onnx")
    samples = sound().astype(np.float32) / 32_768
    state, before, result = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32), []
    for at in range(0, len(samples) - 511, 512):
        window = samples[at : at + 512]
        output, state = session.run(None, {
            "input": np.concatenate([before, window])[None], "state": state,
            "sr": np.array(RATE, np.int64)})
        before = window[-64:]
        result.append(float(output[0, 0]))
    for at in range(0, len(result), 10):
        print(", ".join(f"{value:.4f}" for value in result[at : at + 10]) + ",")


if __name__ == "__main__":
    main()
