#!/usr/bin/env python3
"""evaluate-replies.py make SET FOLDER RECORDINGS | score SET FOLDER NAME...: recorded people
through a loudspeaker in a room, and a person who interrupts it.

SET is `tuning`, on which constants are chosen, or `held-out`: other people, rooms, delays and
clocks. RECORDINGS holds Debian packages of recorded speech, unpacked, as audio-figures.sh fetches
them. Three replies of 12 s; a person speaks twice over the second and the third, and once alone.

The rooms are shoeboxes by the method of images, the loudspeaker beside the microphone in one
casing. The loudspeaker knows nothing below 200 Hz and, in the cases so named, is driven too hard:
its peaks are flattened at a share of their height, and its cone is stiffer one way than the other.

`make` writes for each case what evaluate-echo.py's does. `score` reads FOLDER/CASE/NAME.wav, what
is left, and NAME.tsv, the stretches that were taken for speech, and prints for each NAME, over all
cases of a kind: by how much the echo alone was attenuated in the first reply (its first 3 s, and
later) and in the last, what was lost of the person's voice under the loudspeaker (dB, and the
share of its 100 ms that lost more than 10 dB), how often the device took itself for a person, and
how many of the person's words over it were heard, and after how long.
Everything is made from fixed seeds. Needs ffmpeg, numpy and scipy.
"""
import glob
import importlib.util
import os
import subprocess
import sys

import numpy as np
import scipy.signal

import sounds

_spec = importlib.util.spec_from_file_location(
    "echo", os.path.join(os.path.dirname(os.path.abspath(__file__)), "evaluate-echo.py"))
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)

RATE, HIGH = 16000, 48000
SECONDS = 46
REPLIES = ((1.0, 13.0), (16.0, 28.0), (32.0, 44.0))
# When the person speaks: over the second and third reply, and alone.
OVER = ((21.0, 23.5), (38.0, 40.5))
ALONE = (29.5, 31.0)
SOUND = 343.0

ASTERISK = "usr/share/asterisk/sounds"
SETS = {
    "tuning": {
        "seed": 11,
        "far": [f"{ASTERISK}/en_US_f_Allison/*.g722", f"{ASTERISK}/it_IT_m_Carlo/*.g722"],
        "near": ["usr/share/pocketsphinx/test/data/cards/*.wav", f"{ASTERISK}/fr/*.gsm"],
    },
    "held-out": {
        "seed": 4711,
        "far": [f"{ASTERISK}/fr_CA_f_June/*.g722"],
        "near": [f"{ASTERISK}/it_IT_f_Menardi/*.wav", "usr/share/pocketsphinx/test/data/*.raw"],
    },
}
# Kind: reverberation (s), echo gain (dB), where peaks are flattened (share of the highest; 0: not),
# how often it is drawn.
KINDS = {
    "small room": ((0.2, 0.35), (-12, -4), 0, 4),
    "hall": ((0.5, 0.8), (-12, -4), 0, 4),
    "loud": ((0.3, 0.5), (2, 8), 0, 3),
    "clipping": ((0.3, 0.5), (0, 6), 0.35, 4),
    "clipping hard": ((0.3, 0.5), (2, 8), 0.12, 3),
    "moving": ((0.3, 0.5), (-10, -4), 0, 3),
}


def decode(path, rate):
    how = ["-f", "g722"] if path.endswith(".g722") else []
    if path.endswith(".raw"):
        how = ["-f", "s16le", "-ar", "16000", "-ac", "1"]
    out = subprocess.run(
        ["ffmpeg", "-v", "error", *how, "-i", path, "-ac", "1", "-ar", str(rate), "-f", "s16le",
         "-"], capture_output=True, check=True).stdout
    return np.frombuffer(out, "<i2").astype(float) / 32768


def said(rng, recordings, patterns, seconds, rate, shortest=1.0):
    """What people of some recordings say, one after the other, without long pauses (-20 dBFS)."""
    pattern = patterns[rng.integers(len(patterns))]
    files = sorted(glob.glob(f"{recordings}/{pattern}"))
    if not files:
        sys.exit(f"no recordings at {recordings}/{pattern}")
    parts, length = [], 0.0
    for _ in range(200):
        if length >= seconds:
            break
        sound = decode(files[rng.integers(len(files))], rate)
        if len(sound) < shortest * rate or np.max(np.abs(sound)) < 0.02:
            continue
        count = rate // 50
        levels = np.array([sounds.decibels(sound[i : i + count])
                           for i in range(0, len(sound) - count + 1, count)])
        loud = np.flatnonzero(levels > levels.max() - 35)
        sound = sound[loud[0] * count : (loud[-1] + 1) * count]
        sound = sound * 10 ** ((-20 - sounds.decibels(sound)) / 20)
        parts += [sound, np.zeros(int(rng.uniform(0.1, 0.5) * rate))]
        length += (len(parts[-1]) + len(parts[-2])) / rate
    sound = np.concatenate(parts)[: int(seconds * rate)]
    sound[-int(0.02 * rate) :] *= np.linspace(1, 0, int(0.02 * rate))
    return sound


def room(rng, reverberation, distance, rate):
    """From a point to another so far away (m), in a shoebox, as it dies away by 60 dB."""
    size = rng.uniform([2.5, 3.0, 2.3], [5.0, 7.0, 3.0])
    area = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    absorbed = min(0.95, 0.161 * np.prod(size) / (area * reverberation))
    reflected = np.sqrt(1 - absorbed)
    here = rng.uniform(0.25, 0.75, 3) * size
    way = rng.standard_normal(3)
    there = np.clip(here + distance * way / np.linalg.norm(way), 0.1, size - 0.1)
    count = int(reverberation * 1.1 * rate)
    order = [int(np.ceil(count / rate * SOUND / (2 * s))) for s in size]
    axes = []
    for axis in range(3):
        n = np.arange(-order[axis], order[axis] + 1)
        places = np.concatenate([2 * n * size[axis] + here[axis], 2 * n * size[axis] - here[axis]])
        bounces = np.concatenate([2 * np.abs(n), np.abs(2 * n - 1)])
        axes.append((places - there[axis], bounces))
    answer = np.zeros(count + 64)
    yy, zz = np.meshgrid(axes[1][0] ** 2, axes[2][0] ** 2, indexing="ij")
    by, bz = np.meshgrid(axes[1][1], axes[2][1], indexing="ij")
    for x, b in zip(*axes[0]):
        far = np.sqrt(x**2 + yy + zz).ravel()
        gain = reflected ** (b + by + bz).ravel() / np.maximum(far, 0.03)
        # No wall is flat, and no two images meet again to the sample.
        gain *= 1 - 2 * (rng.random(len(far)) < 0.1 * np.minimum(1, (b + by + bz).ravel() / 4))
        at = far / SOUND * rate
        near = at < count - 1
        index = at[near].astype(int)
        part = at[near] - index
        np.add.at(answer, index, gain[near] * (1 - part))
        np.add.at(answer, index + 1, gain[near] * part)
    return answer[:count]


def loudspeaker(sound, flat, rate):
    if flat:
        peak = np.max(np.abs(sound)) * flat
        # A cone that is stiffer inwards, and an amplifier that has no more to give.
        sound = sound + 0.15 / peak * np.square(sound) * (sound > 0)
        sound = np.clip(sound, -peak, peak)
    b, a = scipy.signal.butter(2, 200 / (rate / 2), "high")
    return scipy.signal.lfilter(b, a, sound)


def cases(name):
    rng = np.random.default_rng([SETS[name]["seed"]])
    for kind, (reverberation, gain, flat, times) in KINDS.items():
        for number in range(times):
            yield kind, f"{kind.replace(' ', '_')}-{number}", {
                "reverberation": rng.uniform(*reverberation), "gain": rng.uniform(*gain),
                "flat": flat, "delay": rng.uniform(5, 180), "drift": rng.uniform(-300, 300),
                "noise": rng.uniform(-72, -55), "moves": kind == "moving",
                "seed": [SETS[name]["seed"], int(rng.integers(1 << 30))]}


def make(name, folder, recordings):
    for _, case, how in cases(name):
        path = f"{folder}/{case}"
        os.makedirs(path, exist_ok=True)
        rng = np.random.default_rng(how["seed"])
        far = np.zeros(SECONDS * HIGH)
        for first, last in REPLIES:
            at = int(first * HIGH)
            sound = said(rng, recordings, SETS[name]["far"], last - first, HIGH)
            far[at : at + len(sound)] = sound
        played = loudspeaker(far, how["flat"], HIGH)

        def heard():
            answer = room(rng, how["reverberation"], rng.uniform(0.06, 0.25), HIGH)
            return scipy.signal.fftconvolve(played, answer)[: len(played)] / np.sqrt(
                np.sum(answer**2))

        echo = heard()
        if how["moves"]:
            # Somebody walks about, and twice puts the thing elsewhere.
            for first, last in ((18.0, 18.5), (34.0, 34.5)):
                other, share = heard(), np.zeros(len(echo))
                share[int(first * HIGH) : int(last * HIGH)] = np.linspace(
                    0, 1, int(last * HIGH) - int(first * HIGH))
                share[int(last * HIGH) :] = 1
                echo = echo * np.sqrt(1 - share) + other * np.sqrt(share)
        loud = sounds.decibels(echo[HIGH : 13 * HIGH])
        echo *= 10 ** ((-24 + how["gain"] - loud) / 20)
        echo = synthetic.drifted(echo, how["drift"])
        echo = np.concatenate([np.zeros(int(how["delay"] * HIGH / 1000)), echo])[: SECONDS * HIGH]
        echo = np.concatenate([echo, np.zeros(SECONDS * HIGH - len(echo))])
        echo = scipy.signal.resample_poly(echo, 1, 3)
        near = np.zeros(len(echo))
        answer = room(rng, how["reverberation"], rng.uniform(0.8, 1.5), RATE)
        answer /= np.sqrt(np.sum(answer**2))
        for first, last in (*OVER, ALONE):
            sound = said(rng, recordings, SETS[name]["near"], last - first - 0.3, RATE)
            sound = scipy.signal.fftconvolve(sound, answer) * 10 ** (-6 / 20)
            at = int(first * RATE)
            near[at : at + len(sound)] += sound[: len(near) - at]
        echo = echo + rng.standard_normal(len(echo)) * 10 ** (how["noise"] / 20)
        sounds.write(f"{path}/microphone.wav", echo + near)
        sounds.write(f"{path}/near.wav", near)
        sounds.write(f"{path}/echo.wav", echo)
        synthetic.write24(f"{path}/reference.wav", scipy.signal.resample_poly(far, 1, 2))


def stretch(sound, first, last):
    return sound[int(first * RATE) : int(last * RATE)]


def lost(out, near):
    """What is lost of a voice (dB), and the share of its 100 ms that lost more than 10 dB."""
    kept = whole = 0.0
    cut = loud = 0
    count = RATE // 10
    floor = sounds.decibels(near) - 10
    for at in range(0, min(len(out), len(near)) - count + 1, count):
        target, got = near[at : at + count], out[at : at + count]
        power = np.dot(target, target)
        if sounds.decibels(target) < floor:
            continue
        gain = max(0.0, np.dot(got, target) / power)
        kept += min(gain, 1.0) ** 2 * power
        whole += power
        loud += 1
        cut += gain < 10 ** (-10 / 20)
    return -10 * np.log10(kept / whole + 1e-9), cut / max(1, loud)


def score_case(path, name):
    microphone, near, echo, out = (
        sounds.read(f"{path}/{part}.wav") for part in ("microphone", "near", "echo", name))
    result = {}
    for key, (first, last) in {
            "first": (1.2, 4), "later": (4, 13), "last": (41.5, 44)}.items():
        result[key] = sounds.decibels(stretch(echo, first, last)) - sounds.decibels(
            stretch(out, first, last))
    losses = [lost(stretch(out, *at), stretch(near, *at)) for at in OVER]
    result["lost"] = np.mean([loss for loss, _ in losses])
    result["cut"] = np.mean([cut for _, cut in losses])
    starts = []
    if os.path.exists(f"{path}/{name}.tsv"):
        starts = [(float(line.split("\t")[1]), float(line.split("\t")[2]))
                  for line in open(f"{path}/{name}.tsv")]
    people = (*OVER, ALONE)
    result["itself"] = sum(
        not any(first - 0.1 <= at <= last + 0.6 for first, last in people) for at, _ in starts)
    delays = []
    for first, last in OVER:
        inside = [at for at, _ in starts if first - 0.1 <= at <= last]
        held = any(at < first - 0.1 and end > first for at, end in starts)
        delays.append(min(inside) - first if inside and not held else None)
    result["heard"] = sum(delay is not None for delay in delays)
    result["delay"] = [delay for delay in delays if delay is not None]
    return result


def score(name, folder, systems):
    print("echo attenuated, dB: first 3 s, later, last reply | person's voice lost, dB, cut |"
          " itself a person | person heard, of, after (median)")
    rows = {}
    for kind, case, _ in cases(name):
        for system in systems:
            if os.path.exists(f"{folder}/{case}/{system}.wav"):
                one = score_case(f"{folder}/{case}", system)
                rows.setdefault((kind, system), []).append(one)
                rows.setdefault(("all", system), []).append(one)
    for kind in (*KINDS, "all"):
        print(kind)
        for system in systems:
            all_of = rows.get((kind, system), [])
            if not all_of:
                continue
            mean = {key: np.mean([one[key] for one in all_of])
                    for key in ("first", "later", "last", "lost", "cut")}
            delays = sum((one["delay"] for one in all_of), [])
            print(f"  {system:12} {mean['first']:6.1f} {mean['later']:6.1f} {mean['last']:6.1f}   "
                  f"{mean['lost']:5.1f} {100 * mean['cut']:4.0f} %   "
                  f"{sum(one['itself'] for one in all_of):3}   "
                  f"{sum(one['heard'] for one in all_of):3} of {2 * len(all_of):2}  "
                  f"{np.median(delays) if delays else float('nan'):5.2f} s")


def main():
    words = sys.argv[1:]
    if len(words) < 4 or words[1] not in SETS or words[0] not in ("make", "score"):
        sys.exit(__doc__)
    if words[0] == "make":
        return make(words[1], words[2], words[3])
    score(words[1], words[2], words[3:])


if __name__ == "__main__":
    main()
