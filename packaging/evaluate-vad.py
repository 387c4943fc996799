#!/usr/bin/env python3
"""evaluate-vad.py make SET FOLDER | score SET FOLDER SEGMENTS...: sounds for voice detection.

SET is `tuning`, on which the detector's constants were chosen, or `held-out`: other voices,
sentences, noises and music, in a room, on which they never are. `make audio-figures` runs both.

`make` writes WAV files (16 kHz, mono) of sentences by several espeak-ng voices in silence, noise
and music, and truth.tsv: file, first and last second of each sentence. `score` compares segments
(file, first and last second, and when the end was told, by tabs: as `martlet-bench vad` prints
them) with the truth, and
does the same with webrtcvad of PyPI, whose frames are given the same onset and hangover.
Everything is made from fixed seeds. Needs espeak-ng, sox, numpy, scipy, and webrtcvad for `score`.
"""
import os
import subprocess
import sys

import numpy as np
import scipy.signal

from sounds import HANGOVER, PRE_ROLL, RATE, decibels, read, shaped, webrtc, write

GAP = 2.0
SPEECH = -20.0  # dBFS over the speaking parts, next to the microphone


def active(samples):
    """The first and last sample of speech: 20 ms frames within 40 dB of the loudest."""
    count = len(samples) // 320
    levels = [decibels(samples[i * 320 : (i + 1) * 320]) for i in range(count)]
    loud = [i for i, level in enumerate(levels) if level > max(levels) - 35]
    return loud[0] * 320, (loud[-1] + 1) * 320


def speech(material, folder, voice, number):
    """A sentence at SPEECH dBFS, without the silence around it."""
    path = f"{folder}/clean-{material.voices.index(voice)}-{number}.wav"
    if not os.path.exists(path):
        raw = path + ".raw.wav"
        subprocess.run(
            ["espeak-ng", "-v", voice, "-w", raw, material.sentences[number]], check=True)
        subprocess.run(["sox", raw, "-r", str(RATE), "-c", "1", path], check=True)
        os.remove(raw)
    samples = read(path)
    first, last = active(samples)
    samples = samples[first:last]
    return samples * 10 ** ((SPEECH - decibels(samples)) / 20)


def reverberant(samples, seconds):
    """What a microphone hears in a room whose sound dies away in so many seconds."""
    rng = np.random.default_rng(5)
    count = int(seconds * RATE)
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    room = 0.5 * tail / np.sqrt(np.sum(tail**2))
    room[0] = 1
    return scipy.signal.fftconvolve(samples, room)[: len(samples)]


def fan(rng, count):
    time = np.arange(count) / RATE
    hum = sum(np.sin(2 * np.pi * 47 * k * time + k) / k for k in range(1, 8))
    samples = shaped(rng, count, -6, 60, 7500) + 0.5 * hum
    return samples / np.sqrt(np.mean(samples**2))


def rain(rng, count):
    samples = shaped(rng, count, -1.5, 200, 7900)
    drops = np.zeros(count)
    for at in rng.integers(0, count - 200, count // 800):
        drops[at : at + 160] += rng.normal() * np.exp(-np.arange(160) / 30) * np.sin(
            2 * np.pi * rng.uniform(1500, 5000) * np.arange(160) / RATE)
    samples = samples + drops * 1.5
    return samples / np.sqrt(np.mean(samples**2))


def music(rng, count):
    """Chords, a melody and a drum at 100 beats a minute."""
    samples = np.zeros(count)
    beat = int(RATE * 0.6)
    scale = [0, 2, 4, 5, 7, 9, 11, 12]

    def tone(at, length, frequency, gain, partials, decay):
        length = min(length, count - at)
        time = np.arange(length) / RATE
        wave_ = sum(np.sin(2 * np.pi * frequency * k * time) / k**1.3 for k in partials)
        envelope = np.minimum(1, time / 0.01) * np.exp(-time / decay)
        samples[at : at + length] += gain * wave_ * envelope

    for number, at in enumerate(range(0, count - beat, beat)):
        if number % 4 == 0:
            root = 130.8 * 2 ** (rng.choice([0, 5, 7, -3]) / 12)
            for interval in (0, 4, 7):
                tone(at, 4 * beat, root * 2 ** (interval / 12), 0.5, range(1, 8), 1.5)
        for half in (0, beat // 2):
            if rng.random() < 0.8:
                note = 261.6 * 2 ** ((rng.choice(scale) + 12 * rng.integers(0, 2)) / 12)
                tone(at + half, beat, note, 0.7, range(1, 10), 0.35)
        length = min(3000, count - at)
        samples[at : at + length] += (
            rng.standard_normal(length) * np.exp(-np.arange(length) / 400) * 0.8)
    return samples / np.sqrt(np.mean(samples**2))


def blower(rng, count):
    """A fan whose hum lies elsewhere, and which swells."""
    time = np.arange(count) / RATE
    hum = sum(np.sin(2 * np.pi * 71 * k * time + 2 * k) / k for k in range(1, 6))
    samples = (shaped(rng, count, -4.5, 90, 6500) + 0.7 * hum) * (
        1 + 0.25 * np.sin(2 * np.pi * 0.4 * time))
    return samples / np.sqrt(np.mean(samples**2))


def shower(rng, count):
    time = np.arange(count) / RATE
    samples = shaped(rng, count, -3, 400, 7900) * (1 + 0.2 * np.sin(2 * np.pi * 0.15 * time))
    return samples / np.sqrt(np.mean(samples**2))


def band(rng, count):
    """Sustained strings with vibrato, a plucked bass and a hat, at 128 beats a minute."""
    samples = np.zeros(count)
    beat = int(RATE * 60 / 128)

    def add(at, tone):
        length = min(len(tone), count - at)
        samples[at : at + length] += tone[:length]

    for number, at in enumerate(range(0, count - beat, beat)):
        root = 110 * 2 ** (rng.choice([0, 3, 5, -2, -4]) / 12)
        if number % 8 == 0:
            time = np.arange(8 * beat) / RATE
            envelope = np.minimum(1, time / 0.25) * np.minimum(1, (time[-1] - time) / 0.25)
            for interval in (12, 15, 19):
                phase = 2 * np.pi * root * 2 ** (interval / 12) * time + 0.4 * np.sin(
                    2 * np.pi * 5.5 * time)
                add(at, 0.3 * envelope * sum(np.sin(k * phase) / k for k in range(1, 12)))
        time = np.arange(beat) / RATE
        pluck = np.exp(-time / 0.12)
        add(at, 0.9 * pluck * sum(
            np.sin(2 * np.pi * root * k * time) / k for k in range(1, 6)))
        hat = np.diff(rng.standard_normal(1201)) * np.exp(-np.arange(1200) / 200)
        add(at + beat // 2, 0.5 * hat)
        if rng.random() < 0.5:
            note = 440 * 2 ** (rng.choice([0, 2, 3, 5, 7, 8, 10]) / 12)
            square = np.sign(np.sin(2 * np.pi * note * time)) * np.minimum(1, time / 0.02)
            add(at, 0.35 * square * np.exp(-time / 0.3))
    return samples / np.sqrt(np.mean(samples**2))


def resonated(samples, centres, widths):
    """What a throat of so many resonances makes of a sound."""
    result = np.zeros(len(samples))
    for number, (centre, wide) in enumerate(zip(centres, widths)):
        radius = np.exp(-np.pi * wide / RATE)
        feedback = [1, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2]
        result += scipy.signal.lfilter([1 - radius], feedback, samples) / (1 + number)
    return result


VOWELS = [(750, 1200, 2500), (500, 1800, 2600), (320, 2200, 2900), (450, 850, 2500), (340, 750, 2300)]


def sung(rng, count, tempo, notes, rest, vibrato, glide):
    """A singer: vowels on notes that glide into each other, phrases with breaths between.

    `tempo` in beats a minute, `rest` the share of beats without a note, `vibrato` in semitones,
    `glide` in seconds.
    """
    beat = int(RATE * 60 / tempo)
    pitch, loud, at = np.zeros(count), np.zeros(count), 0
    vowel = np.zeros(count, int)
    while at < count:
        length = beat * int(rng.choice([1, 1, 2, 3])) // 2
        pitch[at : at + length] = rng.choice(notes)
        if rng.random() > rest:
            # A consonant closes the mouth between two syllables.
            loud[at + beat // 12 : at + length - beat // 12] = rng.uniform(0.6, 1)
        vowel[at : at + length] = rng.integers(len(VOWELS))
        at += length
    smooth = lambda x, seconds: scipy.signal.filtfilt([1 / (seconds * RATE)],
        [1, 1 / (seconds * RATE) - 1], x)
    time = np.arange(count) / RATE
    pitch = smooth(pitch, glide) + vibrato * np.sin(2 * np.pi * 5.3 * time)
    phase = np.cumsum(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) / RATE)
    source = sum(np.sin(k * phase) / k for k in range(1, 24)) + 0.05 * rng.standard_normal(count)
    # One throat for each vowel, faded into each other.
    result = sum(
        resonated(source, formants, (90, 120, 180)) * smooth((vowel == number) * 1.0, 0.02)
        for number, formants in enumerate(VOWELS))
    result *= smooth(loud, 0.015)
    return result / np.sqrt(np.mean(result**2))


def place(samples, at, sound, gain):
    length = max(0, min(len(sound), len(samples) - at))
    samples[at : at + length] += gain * sound[:length]


def song(rng, count):
    """A singer over a piano, a bass and a drum kit, in a hall, as broadcast: compressed."""
    tempo = 92
    beat = int(RATE * 60 / tempo)
    time = np.arange(3 * beat) / RATE
    samples = np.zeros(count)
    kick = np.sin(2 * np.pi * (50 * time - 8 * np.exp(-time / 0.03))) * np.exp(-time / 0.09)
    noise = rng.standard_normal(len(time))
    snare = noise * np.exp(-time / 0.07) + np.sin(2 * np.pi * 185 * time) * np.exp(-time / 0.05)
    hat = np.diff(noise, append=0) * np.exp(-time / 0.03)

    def struck(key, decay):
        base = 440 * 2 ** ((key - 69) / 12)
        return sum(
            np.sin(2 * np.pi * base * k * np.sqrt(1 + 4e-4 * k * k) * time)
            * np.exp(-time * (0.7 + 0.3 * k) / decay) / k**1.2
            for k in range(1, 12) if base * k < 7500) * np.minimum(1, time / 0.004)

    chords = [(48, 55, 60, 64), (45, 57, 60, 64), (41, 57, 60, 65), (43, 55, 59, 62)]
    for number, at in enumerate(range(0, count, beat)):
        chord = chords[number // 4 % 4]
        place(samples, at, kick, 1.6 if number % 2 == 0 else 0)
        place(samples, at, snare, 0.7 if number % 2 else 0)
        for half in (0, beat // 2):
            place(samples, at + half, hat, rng.uniform(0.15, 0.4))
            place(samples, at + half, struck(chord[0] - 12, 0.5), 0.5)
            if rng.random() < 0.6:
                place(samples, at + half + int(rng.normal(0, 100)) % 200,
                    struck(rng.choice(chord[1:]) + 12 * rng.integers(0, 2), 0.9), 0.45)
    samples /= np.sqrt(np.mean(samples**2))
    samples += 0.8 * sung(rng, count, tempo, [55, 57, 60, 62, 64], 0.3, 0.3, 0.03)
    samples = np.tanh(0.8 * reverberant(samples, 0.9))
    return samples / np.sqrt(np.mean(samples**2))


def ballad(rng, count):
    """Strummed strings, a fiddle that slides, a shaker and two singers, in three-four time."""
    tempo = 138
    beat = int(RATE * 60 / tempo)
    samples = np.zeros(count)

    def plucked(key):
        period = int(RATE / (440 * 2 ** ((key - 69) / 12)))
        first = np.zeros(2 * RATE)
        first[:period] = rng.standard_normal(period)
        feedback = np.zeros(period + 2)
        feedback[0], feedback[period], feedback[period + 1] = 1, -0.497, -0.497
        return scipy.signal.lfilter([1], feedback, first)

    chords = [(50, 57, 62, 65, 69), (46, 53, 58, 62, 65), (41, 53, 57, 60, 65), (48, 55, 60, 64, 67)]
    shaker = scipy.signal.lfilter([1, -0.95], [1], rng.standard_normal(1600)) * np.hanning(1600)
    for number, at in enumerate(range(0, count, beat)):
        chord = chords[number // 6 % 4]
        for string, key in enumerate(chord if number % 3 else chord[:2]):
            place(samples, at + 130 * string + int(rng.uniform(0, 200)), plucked(key), 0.5)
        place(samples, at + beat // 2, shaker, 0.25)
    samples /= np.sqrt(np.mean(samples**2))
    time = np.arange(count) / RATE
    keys = np.repeat(rng.choice([69, 72, 74, 76, 77, 81], count // (2 * beat) + 1), 2 * beat)[:count]
    keys = scipy.signal.lfilter([0.001], [1, -0.999], keys - 69.0) + 69
    phase = np.cumsum(2 * np.pi * 440 / RATE * 2 ** (
        (keys - 69 + 0.25 * np.sin(2 * np.pi * 6.1 * time)) / 12))
    bow = sum(np.sin(k * phase) / k**0.8 for k in range(1, 7)) * (
        0.4 + 0.6 * np.abs(np.sin(2 * np.pi * tempo / 60 / 12 * time)))
    samples += 0.5 * bow / np.sqrt(np.mean(bow**2))
    for voice in ([62, 64, 65, 69], [57, 60, 62, 65]):
        samples += 0.5 * sung(rng, count, tempo, voice, 0.35, 0.45, 0.05)
    samples = reverberant(samples, 1.3)
    return samples / np.sqrt(np.mean(samples**2))


class Material:
    """What a set is made of."""

    def __init__(self, seed, voices, sentences, noises, room):
        self.seed, self.voices, self.sentences = seed, voices, sentences
        self.noises, self.room = noises, room


SETS = {
    "tuning": Material(
        [], ["en-us", "en-gb+f3", "de+m3", "fr+f2", "es+m1", "it+f4"],
        [
            "Switch on the lamp in the kitchen, please.",
            "What is the weather like tomorrow?",
            "Stop.",
            "Set a timer for seven minutes and fifteen seconds.",
        ],
        {"fan": fan, "rain": rain, "music": music, "song": song}, 0),
    "held-out": Material(
        [4711], ["en-gb-scotland+f1", "nl+m7", "pt+f5", "sv+m2", "pl+f2", "ru+m4"],
        [
            "Close the blinds on the left side of the room.",
            "Who won the game last night?",
            "Quiet, please.",
            "Remind me at half past nine to call my sister.",
            "Yes.",
        ],
        {"fan": blower, "rain": shower, "music": band, "song": ballad}, 0.35),
}
# Name, gain of the speech (dB: the distance), noise, its distance below the speech (dB).
CONDITIONS = (
    [(f"quiet speech{SPEECH + g:.0f}", g, None, 0) for g in (0, -10, -20, -25, -30)]
    + [(f"fan snr{s}", -15, "fan", s) for s in (20, 10, 5, 0)]
    + [(f"rain snr{s}", -15, "rain", s) for s in (20, 10, 5)]
    + [(f"music snr{s}", -15, "music", s) for s in (20, 10, 5)]
    + [(f"song snr{s}", -15, "song", s) for s in (20, 10, 5)]
)
ALONE = [("quiet", -78), ("fan", -45), ("rain", -45), ("music", -45), ("song", -45)]


def background(material, rng, noise, level, count):
    floor = rng.standard_normal(count) * 10 ** (-78 / 20)
    if noise in material.noises:
        floor += material.noises[noise](rng, count) * 10 ** (level / 20)
    return floor


def make(material, folder):
    os.makedirs(f"{folder}/clean", exist_ok=True)
    truth = []
    for number, (name, gain, noise, snr) in enumerate(CONDITIONS):
        for index, voice in enumerate(material.voices):
            rng = np.random.default_rng(material.seed + [number, index])
            gap = np.zeros(int(GAP * RATE))
            parts, marks, at = [gap, gap], [], 2 * len(gap)
            for sentence in range(len(material.sentences)):
                words = speech(material, f"{folder}/clean", voice, sentence) * 10 ** (gain / 20)
                marks.append((at / RATE, (at + len(words)) / RATE))
                parts += [words, gap]
                at += len(words) + len(gap)
            samples = np.concatenate(parts)
            if material.room:
                samples = reverberant(samples, material.room)
            samples += background(material, rng, noise, SPEECH + gain - snr, len(samples))
            file = f"{name.replace(' ', '_')}__{index}.wav"
            write(f"{folder}/{file}", samples)
            truth += [f"{file}\t{a:.3f}\t{b:.3f}" for a, b in marks]
    for number, (noise, level) in enumerate(ALONE):
        rng = np.random.default_rng(material.seed + [99, number])
        file = f"only_{noise}__0.wav"
        write(f"{folder}/{file}", background(material, rng, noise, level, 120 * RATE))
        truth.append(f"{file}\t\t")
    # A fan that starts: 20 dB in one step, ten times on and off.
    rng = np.random.default_rng(material.seed + [99, 50])
    steps = np.concatenate([np.full(8 * RATE, gain) for _ in range(10) for gain in (0.0, 1.0)])
    samples = background(material, rng, "fan", -40, len(steps)) * (0.1 + 0.9 * steps)
    write(f"{folder}/only_fan-steps__0.wav", samples)
    truth.append("only_fan-steps__0.wav\t\t")
    with open(f"{folder}/truth.tsv", "w") as file:
        file.write("\n".join(truth) + "\n")


def rows(path):
    table = {}
    for line in open(path):
        file, start, end, *told = line.rstrip("\n").split("\t")
        table.setdefault(file, [])
        if start:
            # What was taken back later had been taken for speech until then.
            end = max(float(end), float(told[0]) - HANGOVER) if told else float(end)
            table[file].append((float(start), end))
    return table


def score(folder, truth, segments):
    """Per condition: sentences, hits, starts in noise, minutes of noise, clipped, with pre-roll."""
    result = {}
    for file, sentences in truth.items():
        name = file.split("__")[0].replace("_", " ")
        row = result.setdefault(name, dict(n=0, hit=0, false=0, minutes=0.0, clip=0, lost=0, talk=0.0))
        found = segments.get(file, [])
        length = len(read(f"{folder}/{file}")) / RATE
        row["minutes"] += (length - sum(b - a for a, b in sentences)) / 60
        row["talk"] += sum(
            max(0, e - s) - sum(max(0, min(e, b) - max(s, a)) for a, b in sentences)
            for s, e in found) / 60
        for a, b in sentences:
            row["n"] += 1
            inside = [(s, e) for s, e in found if s < b and e > a]
            if not inside:
                continue
            row["hit"] += 1
            # Sound of the sentence that is in no segment: what a listener misses.
            early = min(s for s, e in inside)
            late = max(e for s, e in inside)
            holes = len(inside) > 1
            row["clip"] += early > a + 0.06 or late < b - 0.1 or holes
            row["lost"] += early - PRE_ROLL > a or late + HANGOVER < b or holes
        row["false"] += sum(
            not any(a - 0.2 <= s <= b + 0.3 for a, b in sentences) for s, e in found)
    return result


def main():
    words = sys.argv[1:]
    if len(words) < 3 or words[1] not in SETS or words[0] not in ("make", "score"):
        sys.exit(__doc__)
    folder = words[2]
    if words[0] == "make":
        return make(SETS[words[1]], folder)
    truth = rows(f"{folder}/truth.tsv")
    systems = [(os.path.basename(path), rows(path)) for path in words[3:]]
    for mode in (0, 2, 3):
        found = {file: webrtc(f"{folder}/{file}", mode) for file in truth}
        systems.append((
            f"webrtcvad {mode}",
            {file: [row[:2] for row in found[file]] for file in truth}))
    print("hit % of sentences | false starts a minute of no speech | share of no speech taken (%)"
          " | clipped % as marked (start later than 60 ms, end, hole)"
          " | clipped % as sent: with 300 ms pre-roll and the hangover")
    width = max(len(name) for name, _ in systems)
    scores = [(name, score(folder, truth, segments)) for name, segments in systems]
    for condition in scores[0][1]:
        print(condition)
        for name, result in scores:
            row = result[condition]
            hit = f"{100 * row['hit'] / row['n']:5.0f}" if row["n"] else "    -"
            clip, lost = (
                f"{100 * row[k] / row['hit']:5.0f}" if row["hit"] else "    -"
                for k in ("clip", "lost"))
            print(f"  {name:{width}} {hit} {row['false'] / row['minutes']:7.1f}"
                  f" {100 * row['talk'] / row['minutes']:7.1f} {clip} {lost}")


if __name__ == "__main__":
    main()
