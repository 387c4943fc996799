#!/usr/bin/env python3
"""evaluate-echo.py make SET FOLDER | score SET FOLDER NAME=PATTERN...: a loudspeaker in a room.

SET is `tuning`, on which the canceller's constants were chosen, or `held-out`: other voices,
words, rooms, delays and clocks, on which they never are. `make audio-figures` runs both.

`make` writes for each case reference.wav (24 kHz, what the card was given), microphone.wav
(16 kHz), near.wav and echo.wav (its two parts), and marks.tsv (when who speaks). `score` reads
FOLDER/CASE/PATTERN.wav for each name and prints the echo return loss enhancement (dB) where only
the loudspeaker speaks, from 5 s on, and what is lost of the near voice where both speak. Where
there is a PATTERN.tsv (stretches that were taken for speech, as `martlet-bench echo` prints them),
it also says how often the loudspeaker was, and after how long the near voice was heard.
Everything is made from fixed seeds. Needs espeak-ng, sox, numpy and scipy.
"""
import os
import subprocess
import sys

import numpy as np
import scipy.signal

import sounds
from sounds import RATE

HIGH = 48000
SECONDS = 30
# When the near voice speaks alone in the file, over the loudspeaker.
NEAR_AT = (12.0, 21.0)



class Material:
    """What a set is made of: who says what, and the cases.

    A case: reverberation (s), echo gain (dB), delay (ms), drift (ppm), noise (dBFS), delay
    change at 16 s (ms).
    """

    def __init__(self, seed, far, far_voice, near, near_voice, cases):
        self.seed, self.far, self.far_voice = seed, far, far_voice
        self.near, self.near_voice, self.cases = near, near_voice, cases


SETS = {
    "tuning": Material(
        7,
        "The weather in the north will be cloudy in the morning, with some rain before noon. In "
        "the afternoon the sun comes out, and temperatures rise to eighteen degrees. Tomorrow "
        "stays dry, with a light wind from the west. On Thursday there may be thunderstorms in "
        "the hills, so take an umbrella when you go out. The weekend looks much better, with "
        "plenty of sunshine and a gentle breeze near the coast. That is all for the moment. Would "
        "you like to hear the news as well, or shall I read the shopping list that you made this "
        "morning?", "en-us",
        "No, stop, tell me about the trains to the city instead. When does the next one leave?",
        "en-gb+f3",
        {
            "near speaker, no drift": (0.2, -6, 20, 0, -70, 0),
            "room 0.3 s, drift 200 ppm": (0.3, -10, 45, 200, -65, 0),
            "room 0.3 s, drift -200 ppm": (0.3, -10, 45, -200, -65, 0),
            "room 0.6 s, drift 200 ppm": (0.6, -10, 45, 200, -65, 0),
            "loud, clipped, drift 200 ppm": (0.3, 6, 45, 200, -65, 0),
            "delay 180 ms, drift 200 ppm": (0.3, -10, 180, 200, -65, 0),
            "delay jumps 30 ms at 16 s": (0.3, -10, 45, 0, -65, 30),
        }),
    "held-out": Material(
        1234,
        "To make the dough, mix three hundred grams of flour with a spoon of salt and a little "
        "yeast. Pour in two hundred millilitres of warm water, and stir until nothing sticks to "
        "the bowl. Cover it with a cloth and leave it in a warm place for an hour. Meanwhile you "
        "can chop the onions, grate the cheese and warm the oven to two hundred and twenty "
        "degrees. Roll the dough out as thin as you like, and put it on a tray with some paper. "
        "Bake it for twelve minutes, until the edges are brown. Shall I set a timer for that?",
        "en-gb-x-rp+f2",
        "Warte mal, das war zu schnell. Wie viel Wasser war es noch gleich?", "de+m5",
        {
            "near speaker, drift 60 ppm": (0.15, -4, 12, 60, -68, 0),
            "room 0.25 s, drift 350 ppm": (0.25, -8, 70, 350, -60, 0),
            "room 0.4 s, drift -120 ppm": (0.4, -12, 30, -120, -62, 0),
            "room 0.5 s, drift 90 ppm": (0.5, -6, 100, 90, -65, 0),
            "loud, clipped, drift -200 ppm": (0.35, 4, 60, -200, -65, 0),
            "delay 140 ms, drift 200 ppm": (0.3, -14, 140, 200, -60, 0),
            "delay jumps -20 ms at 16 s": (0.25, -8, 60, 0, -65, -20),
        }),
}


def spoken(text, voice, rate, seconds, speed=165):
    raw = f"/tmp/martlet-echo-{os.getpid()}.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", raw, text], check=True)
    out = raw + ".out.wav"
    subprocess.run(["sox", raw, "-r", str(rate), "-c", "1", out], check=True)
    samples = sounds.read(out)
    os.remove(raw)
    os.remove(out)
    count = int(seconds * rate)
    return np.tile(samples, count // len(samples) + 1)[:count] if seconds else samples


def response(rng, reverberation, rate):
    """A direct way of 30 cm, early reflections, and a tail that dies away."""
    count = int(reverberation * 1.2 * rate)
    time = np.arange(count) / rate
    tail = rng.standard_normal(count) * 10 ** (-3 * time / reverberation)
    tail[: int(0.003 * rate)] = 0
    direct = np.zeros(count)
    direct[int(0.001 * rate)] = 1
    for _ in range(6):
        direct[rng.integers(int(0.002 * rate), int(0.02 * rate))] += rng.uniform(-0.5, 0.5)
    # A small loudspeaker: nothing below 200 Hz.
    both = direct + tail * 0.25 * np.sqrt(1 / np.sum(tail**2)) * 3
    b, a = scipy.signal.butter(2, 200 / (rate / 2), "high")
    both = scipy.signal.lfilter(b, a, both)
    return both / np.sqrt(np.sum(both**2))


def drifted(samples, ppm):
    """What a clock that is fast by `ppm` makes of samples."""
    if ppm == 0:
        return samples
    # Sixteen times oversampled and then linear: errors below -90 dB for speech.
    factor = 8
    fine = scipy.signal.resample_poly(samples, factor, 1)
    places = np.arange(len(samples)) * (1 + ppm * 1e-6) * factor
    places = places[places < len(fine) - 1]
    return np.interp(places, np.arange(len(fine)), fine)


def make(material, folder):
    os.makedirs(folder, exist_ok=True)
    far = spoken(material.far, material.far_voice, HIGH, SECONDS)
    far *= 10 ** ((-18 - sounds.decibels(far)) / 20)
    near_words = spoken(material.near, material.near_voice, RATE, 0)
    near_words *= 10 ** ((-26 - sounds.decibels(near_words)) / 20)
    for number, (name, (rt, gain, delay, ppm, noise, change)) in enumerate(
            material.cases.items()):
        rng = np.random.default_rng([material.seed, number])
        path = f"{folder}/{name.replace(' ', '_').replace(',', '')}"
        os.makedirs(path, exist_ok=True)
        room = response(rng, rt, HIGH)
        played = far.copy()
        if gain > 0:
            # Too loud for the loudspeaker, which flattens the peaks.
            played = np.tanh(played * 3) / 3
        echo = scipy.signal.fftconvolve(played, room)[: len(played)] * 10 ** (gain / 20)
        echo = drifted(echo, ppm)
        lag = int(delay * HIGH / 1000)
        moved = np.concatenate([np.zeros(lag), echo])
        if change:
            at = 16 * HIGH
            later = np.concatenate([np.zeros(lag + int(change * HIGH / 1000)), echo])
            moved = np.concatenate([moved[:at], later[at:]])
        moved = scipy.signal.resample_poly(moved[: SECONDS * HIGH], 1, 3)
        near = np.zeros(len(moved))
        for start in NEAR_AT:
            at = int(start * RATE)
            near[at : at + len(near_words)] += near_words[: len(near) - at]
        echo16 = moved + rng.standard_normal(len(moved)) * 10 ** (noise / 20)
        sounds.write(f"{path}/microphone.wav", echo16 + near)
        sounds.write(f"{path}/near.wav", near)
        sounds.write(f"{path}/echo.wav", echo16)
        reference = scipy.signal.resample_poly(far, 1, 2)
        write24(f"{path}/reference.wav", reference)
        # The others want it at the microphone's rate.
        sounds.write(f"{path}/reference16.wav", scipy.signal.resample_poly(far, 1, 3))


def write24(path, samples):
    sounds.write(path, samples)
    data = bytearray(open(path, "rb").read())
    data[24:28] = (24000).to_bytes(4, "little")
    data[28:32] = (48000).to_bytes(4, "little")
    open(path, "wb").write(data)


def span(samples, first, last):
    return samples[int(first * RATE) : int(last * RATE)]


def aligned(out, microphone):
    """Shifts an output whose canceller delays it by up to 50 ms."""
    size = min(len(out), len(microphone), 20 * RATE)
    n = 1 << 20
    cross = np.fft.irfft(np.fft.rfft(out[:size], n) * np.conj(np.fft.rfft(microphone[:size], n)))
    lag = int(np.argmax(np.abs(cross[:800])))
    return out[lag:]


def score(material, folder, systems):
    words = len(spoken(material.near, material.near_voice, RATE, 0)) / RATE
    print("ERLE over 5-11 s | over 18-21 s | over 27-30 s | near voice lost, dB (both windows) |"
          " near voice to the rest, dB: before -> after")
    for name in material.cases:
        path = f"{folder}/{name.replace(' ', '_').replace(',', '')}"
        microphone, near, echo = (
            sounds.read(f"{path}/{part}.wav") for part in ("microphone", "near", "echo"))
        print(name)
        for system, pattern in systems:
            out = aligned(sounds.read(f"{path}/{pattern}.wav"), near)
            size = min(len(out), len(echo))
            erle = [
                sounds.decibels(span(echo[:size], a, b)) - sounds.decibels(span(out[:size], a, b))
                for a, b in ((5, 11), (18, 21), (27, 29.8))]
            lost, before, after = [], [], []
            for start in NEAR_AT:
                target = span(near, start, start + words)
                got = span(out, start, start + words)
                mixed = span(microphone, start, start + words)
                # By bands of time, so that what is cut out for a moment counts.
                gain = np.dot(got, target) / np.dot(target, target)
                lost.append(-20 * np.log10(max(abs(gain), 1e-6)))
                rest = got - gain * target
                after.append(sounds.decibels(gain * target) - sounds.decibels(rest))
                before.append(sounds.decibels(target) - sounds.decibels(mixed - target))
            print(f"  {system:18} {erle[0]:6.1f} {erle[1]:6.1f} {erle[2]:6.1f}   {lost[0]:5.1f}"
                  f" {lost[1]:5.1f}   {np.mean(before):5.1f} -> {np.mean(after):5.1f}"
                  f"{heard(f'{path}/{pattern}.tsv', words)}")


def heard(path, words):
    """What the detector took for a voice, in words; nothing where there is no such file."""
    if not os.path.exists(path):
        return ""
    starts = [float(line.split("\t")[1]) for line in open(path)]
    own = [at for at in starts if not any(a - 0.1 <= at <= a + words + 0.5 for a in NEAR_AT)]
    found = []
    for a in NEAR_AT:
        inside = [at for at in starts if a - 0.1 <= at <= a + words]
        found.append(f"{min(inside) - a:.2f} s" if inside else "never")
    return f"   itself {len(own)} times, the voice after {' and '.join(found)}"


def main():
    words = sys.argv[1:]
    if len(words) < 3 or words[1] not in SETS or words[0] not in ("make", "score"):
        sys.exit(__doc__)
    if words[0] == "make":
        return make(SETS[words[1]], words[2])
    score(SETS[words[1]], words[2], [tuple(text.split("=")) for text in words[3:]])


if __name__ == "__main__":
    main()
