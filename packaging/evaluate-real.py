#!/usr/bin/env python3
"""evaluate-real.py make RECORDINGS FOLDER | score FOLDER SEGMENTS...: voice detection on real sounds.

RECORDINGS is what fetch-recordings.sh unpacked. `make` writes WAV files (16 kHz, mono) below
FOLDER: real voices in quiet, in a room, beside a fan, music, television and babble, and whispered
(by linear prediction); music, television, babble and household sounds without a voice to hear; and
truth.tsv: file, first and last second of each utterance. Two minutes are taken of each piece of
music, or what there is of it. A name says what it is, and of what:
CONDITION__NAME.wav. NAME decides by its hash whether the file is one of those on which constants
may be tuned; voices and music never meet those of the other half.

`score` judges segments as `martlet-bench vad` prints them (file, first and last second, when the
end was told), beside webrtcvad and Silero with the same onset and hangover.
Needs ffmpeg, numpy, scipy, soundfile, and webrtcvad, onnxruntime and silero-vad (pip --no-deps) for `score`.
"""
import collections
import glob
import hashlib
import os
import subprocess
import sys
import wave

import numpy as np
import scipy.linalg
import scipy.signal
import soundfile

from sounds import HANGOVER, PRE_ROLL, RATE, decibels, read, shaped, webrtc, write

GAP = 2.0
UTTERANCES = 6
# Name, level of the speech (dBFS), what is beside it, how far below the speech (dB), in a room.
CONDITIONS = [
    ("quiet-20", -20, None, 0, False),
    ("quiet-30", -30, None, 0, False),
    ("quiet-40", -40, None, 0, False),
    ("quiet-45", -45, None, 0, False),
    ("room", -30, None, 0, True),
    ("fan20", -30, "fan", 20, False),
    ("fan10", -30, "fan", 10, False),
    ("fan5", -30, "fan", 5, False),
    ("music20", -30, "music", 20, False),
    ("music10", -30, "music", 10, False),
    ("music5", -30, "music", 5, False),
    ("room-music10", -30, "music", 10, True),
    ("tv10", -30, "tv", 10, False),
    ("babble10", -30, "babble", 10, False),
    ("whisper", -40, None, 0, False),
]
ASTERISK = "usr/share/asterisk/sounds"
SPEAKERS = {
    "en-allison": f"asterisk-core-sounds-en-g722/{ASTERISK}/**/*.g722",
    "es-allison": f"asterisk-core-sounds-es-g722/{ASTERISK}/**/*.g722",
    "fr-june": f"asterisk-core-sounds-fr-g722/{ASTERISK}/**/*.g722",
    "it-carlo": f"asterisk-core-sounds-it-g722/{ASTERISK}/**/*.g722",
    "fr-armelle": f"asterisk-prompt-fr-armelle/{ASTERISK}/fr/*.gsm",
    "it-menardi": f"asterisk-prompt-it-menardi-wav/{ASTERISK}/it_IT_f_Menardi/*.wav",
    "cs-small": "fillets-ng-data-cs/usr/share/games/fillets-ng/sound/*/cs/*-m-*.ogg",
    "cs-big": "fillets-ng-data-cs/usr/share/games/fillets-ng/sound/*/cs/*-v-*.ogg",
    "en-cards": "pocketsphinx-testdata/usr/share/pocketsphinx/test/data/cards/*.wav",
}
for _language in "be bg ca da es fr".split():
    SPEAKERS[f"{_language}-stamps"] = (
        f"tuxpaint-stamps-default/usr/share/tuxpaint/stamps/**/*_desc_{_language}.ogg")
for _language in "ca da de en fr wa".split():
    SPEAKERS[f"{_language}-potato"] = f"ktuberling-data/usr/share/ktuberling/sounds/{_language}/*.*"
for _language in "cs de en_GB tn".split():
    SPEAKERS[f"{_language}-letters"] = f"klettres-data/usr/share/klettres/{_language}/*/*.ogg"
# Who says sentences, not words or syllables.
SENTENCES = list(SPEAKERS)[:9]
MUSIC = [
    "asterisk-moh-opsound-g722", "csmash-demosong", "extremetuxracer-data", "fillets-ng-data",
    "freedroidrpg-data", "fretsonfire-songs-sectoid", "nexuiz-music", "singularity-music",
    "supertux-data", "ufoai-music", "xmoto-data"]
TRACKS = 8  # of a package at most
SCRATCH = "scratch/usr/share/scratch/Media/Sounds"
VOICED = ("Laugh", "BabyCry", "PartyNoise", "Scream", "Singer", "Yell", "Hey", "Gasp", "Voice")


def is_tuned(name):
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def levels(samples, count=160):
    frames = len(samples) // count
    return 10 * np.log10(
        np.mean(np.square(samples[: frames * count].reshape(frames, count)), 1) + 1e-12)


def decoded(path, start=0, seconds=130):
    if path.endswith((".ogg", ".wav")):
        with soundfile.SoundFile(path) as file:
            file.seek(min(start * file.samplerate, max(0, len(file) - 1)))
            data = file.read(seconds * file.samplerate, always_2d=True).mean(1)
            rate = file.samplerate
        shared = np.gcd(rate, RATE)
        samples = scipy.signal.resample_poly(data, RATE // shared, rate // shared)
        return samples - samples.mean() if len(samples) else samples
    kind = ["-f", "g722"] if path.endswith(".g722") else []
    data = subprocess.run(
        ["ffmpeg", "-v", "error", *kind, "-ss", str(start), "-t", str(seconds), "-i", path,
         "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"], capture_output=True).stdout
    samples = np.frombuffer(data, "<i2").astype(float) / 32768
    return samples - samples.mean() if len(samples) else samples


# MARK: Recordings

def trimmed(samples, within=30):
    """What lies between the first and the last 20 ms so near the loudest; with it the longest
    pause, and how far the loud parts are above the quietest."""
    if len(samples) < RATE // 4:
        return None
    b, a = scipy.signal.butter(2, 60 / (RATE / 2), "high")
    samples = scipy.signal.lfilter(b, a, samples)
    level = levels(samples)
    loud = level > np.sort(level)[-max(1, len(level) // 50)] - within
    loud &= np.roll(loud, 1) | np.roll(loud, -1)
    at = np.flatnonzero(loud)
    if len(at) < 10:
        return None
    quiet = np.sort(level)[: max(3, len(level) // 20)].mean()
    return (samples[at[0] * 160 : (at[-1] + 1) * 160], np.diff(at).max() / 100,
            np.percentile(level[loud], 75) - quiet)


def clips(recordings, name):
    """Some clean recordings of a speaker, each half of full scale at most."""
    found = sorted(
        path for path in glob.glob(f"{recordings}/{SPEAKERS[name]}", recursive=True)
        if "/silence/" not in path and "Noise" not in path)
    np.random.default_rng(1).shuffle(found)
    usable = []
    for path in found[:14]:
        clip = trimmed(decoded(path))
        if clip and 0.25 * RATE <= len(clip[0]) <= 6 * RATE and clip[1] < 0.35 and clip[2] > 28:
            usable.append(clip[0])
    long = [clip for clip in usable if len(clip) >= 0.8 * RATE]
    chosen = (long if len(long) >= 5 else usable)[: UTTERANCES + 2]
    fade = lambda x: np.minimum(1, np.arange(len(x)) / 80)
    return [0.5 * x / np.abs(x).max() * fade(x) * fade(x)[::-1] for x in chosen]


def tracks(recordings):
    found = {}
    for package in MUSIC:
        paths = [
            path for kind in ("ogg", "g722", "mp3")
            for path in sorted(glob.glob(f"{recordings}/{package}/**/*.{kind}", recursive=True))
            if os.path.getsize(path) > 400_000]
        np.random.default_rng(2).shuffle(paths)
        taken = 0
        for path in paths:
            if taken == TRACKS:
                break
            name = os.path.splitext(os.path.basename(path))[0].replace(" ", "_")[:24]
            if name == "song":
                name = os.path.basename(os.path.dirname(path))
            samples = decoded(path, 10, 120)
            if len(samples) < 30 * RATE or decibels(samples) < -50:
                continue
            found[f"{package.split('-')[0]}-{name}"] = samples / np.sqrt(np.mean(samples**2))
            taken += 1
    return found


# MARK: Rooms and noises

def quiet_room(rng, count):
    """Rumble, a little hum of the mains and the microphone's own noise: -62 dBFS."""
    time = np.arange(count) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * time + k) / k for k in (1, 2, 3, 5))
    return (shaped(rng, count, -6, 50, 7800) * 10 ** (-62 / 20) + hum * 10 ** (-75 / 20)
            + rng.standard_normal(count) * 10 ** (-78 / 20))


def fan(rng, count):
    time = np.arange(count) / RATE
    swell = 1 + 0.1 * np.sin(2 * np.pi * 0.3 * time)
    return shaped(rng, count, -3, 60, 7500) * swell + 0.3 * np.sin(2 * np.pi * 98 * time)


def reverberant(rng, samples, seconds=0.5):
    """In a room whose tail is as strong as the direct sound."""
    count = int(1.3 * seconds * RATE)
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / (seconds * RATE))
    tail[: RATE // 250] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return scipy.signal.fftconvolve(samples, tail)[: len(samples)]


def talk(rng, voices, count):
    """These clips in any order, with short pauses."""
    samples, at = np.zeros(count), 0
    while at < count:
        clip = voices[rng.integers(len(voices))]
        clip = clip * 10 ** ((-20 - decibels(clip)) / 20)
        length = min(len(clip), count - at)
        samples[at : at + length] = clip[:length]
        at += length + int(rng.uniform(0.1, 0.5) * RATE)
    return samples


def others(rng, voices, count, people, apart):
    """People who talk in a room: in turn, or each by himself and all at once where `apart`."""
    if not apart:
        return reverberant(rng, talk(rng, [clip for one in people for clip in voices[one]], count))
    return sum(reverberant(rng, talk(rng, voices[one], count)) for one in people)


def whispered(rng, samples, size=400, order=18):
    """The resonances of a voice, 12.5 ms at a time, with breath in place of its tone."""
    result, window = np.zeros(len(samples) + size), np.hanning(size)
    for at in range(0, len(samples) - size, size // 2):
        part = samples[at : at + size] * window
        lags = np.correlate(part, part, "full")[size - 1 : size + order]
        if lags[0] < 1e-9:
            continue
        lags[0] *= 1.0001
        poles = scipy.linalg.solve_toeplitz(lags[:-1], lags[1:])
        power = max(1e-12, lags[0] - poles @ lags[1:]) / size
        breath = scipy.signal.lfilter(
            [1], np.r_[1, -poles], rng.standard_normal(size) * np.sqrt(power))
        result[at : at + size] += breath * window
    result = scipy.signal.lfilter([1, -0.9], [1], result)
    level = levels(result)
    at = np.flatnonzero(level > np.sort(level)[-max(1, len(level) // 50)] - 30)
    return result[at[0] * 160 : (at[-1] + 1) * 160]


# MARK: The files

class Sounds:
    def __init__(self, recordings, folder):
        self.folder = folder
        self.voices = {name: clips(recordings, name) for name in SPEAKERS}
        self.voices = {name: found for name, found in self.voices.items() if len(found) >= 4}
        self.music = tracks(recordings)
        print(f"{len(self.voices)} voices, {len(self.music)} pieces of music", file=sys.stderr)

    def beside(self, rng, kind, count, name):
        """What is heard beside a voice, with a power of one, and what it is."""
        tuned = is_tuned(name)
        if kind == "fan":
            samples = fan(rng, count)
        elif kind == "music":
            pieces = sorted(one for one in self.music if is_tuned(one) == tuned)
            samples = self.music[pieces[rng.integers(len(pieces))]]
            samples = np.tile(samples, count // len(samples) + 1)[:count]
        else:
            people = [one for one in SENTENCES if one in self.voices and is_tuned(one) == tuned
                      and one.split("-")[1] != name.split("-")[-1]]
            number = 3 if kind == "tv" else 6
            people = list(rng.permutation(people)) * number
            samples = others(rng, self.voices, count, people[:number], kind == "babble")
        return samples / np.sqrt(np.mean(samples**2))

    def speech(self, truth):
        for number, (condition, level, kind, below, room) in enumerate(CONDITIONS):
            for name in self.voices:
                if condition == "whisper" and name not in SENTENCES:
                    continue
                rng = np.random.default_rng([7, number, list(SPEAKERS).index(name)])
                gap = np.zeros(int(GAP * RATE))
                parts, at = [gap, gap[: len(gap) // 2]], int(1.5 * GAP * RATE)
                file = f"{condition}__{name}.wav"
                for clip in self.voices[name][:UTTERANCES]:
                    if condition == "whisper":
                        clip = whispered(rng, clip)
                    clip = clip * 10 ** ((level - decibels(clip)) / 20)
                    truth.append((file, at / RATE, (at + len(clip)) / RATE))
                    parts += [clip, gap]
                    at += len(clip) + len(gap)
                samples = np.concatenate(parts)
                if room:
                    samples = reverberant(rng, samples)
                samples += quiet_room(rng, len(samples))
                if kind:
                    samples += self.beside(rng, kind, len(samples), name) * 10 ** (
                        (level - below) / 20)
                write(f"{self.folder}/{file}", samples)

    def alone(self, condition, name, samples, level):
        rng = np.random.default_rng([8, len(name)])
        samples = samples * 10 ** (level / 20) + quiet_room(rng, len(samples))
        write(f"{self.folder}/only-{condition}__{name}.wav", samples)

    def without_speech(self, recordings):
        for name, samples in self.music.items():
            self.alone("music", name, samples, -35)
        for kind in ("tv", "babble", "fan"):
            for number in range(4):
                rng = np.random.default_rng([9, number])
                name = f"{kind}-{number}"
                self.alone(kind, name, self.beside(rng, kind, 60 * RATE, name), -35)
        steps = np.repeat([0.1, 1] * 10, 8 * RATE)
        for name in ("steps-0", "steps-1"):
            rng = np.random.default_rng([9, len(name)])
            self.alone("fan-steps", name, fan(rng, len(steps)) * steps, -40)
        for number in range(4):
            self.alone("quiet", f"quiet-{number}", np.zeros(60 * RATE), -80)
        for path in sorted(glob.glob(f"{recordings}/{SCRATCH}/*/*")):
            name = os.path.splitext(os.path.basename(path))[0].replace(" ", "_")
            group = path.split("/")[-2]
            if group not in ("Effects", "Human", "Percussion", "Animal") or any(
                    word in name for word in VOICED):
                continue
            samples = decoded(path, 0, 3)
            if len(samples) < 1000:
                continue
            # The loudest second at -30 dBFS, once.
            power = np.sum(samples**2) / min(RATE, len(samples))
            once = np.r_[np.zeros(5 * RATE), samples / np.sqrt(power), np.zeros(3 * RATE)]
            self.alone("household", name, once, -30)


def make(recordings, folder):
    os.makedirs(folder, exist_ok=True)
    sounds, truth = Sounds(recordings, folder), []
    sounds.speech(truth)
    sounds.without_speech(recordings)
    with open(f"{folder}/truth.tsv", "w") as file:
        file.writelines(f"{name}\t{a:.3f}\t{b:.3f}\n" for name, a, b in truth)


# MARK: The other detectors

def probabilities(paths, folder, batch=48):
    """What Silero makes of each file, one number for 32 ms; kept in FOLDER/silero."""
    import importlib.util
    import onnxruntime

    package = os.path.dirname(importlib.util.find_spec("silero_vad").origin)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(f"{package}/data/silero_vad.onnx", options)
    os.makedirs(f"{folder}/silero", exist_ok=True)
    kept = lambda path: f"{folder}/silero/{os.path.basename(path)}.npy"
    todo = sorted((p for p in paths if not os.path.exists(kept(p))), key=os.path.getsize)
    for at in range(0, len(todo), batch):
        part = todo[at : at + batch]
        sounds = [read(path).astype(np.float32) for path in part]
        count = max(map(len, sounds)) // 512
        # Each window has the last 64 samples of the one before in front of it.
        inputs = np.zeros((len(part), 64 + count * 512), np.float32)
        for row, samples in enumerate(sounds):
            inputs[row, 64 : 64 + min(len(samples), count * 512)] = samples[: count * 512]
        state, result = np.zeros((2, len(part), 128), np.float32), []
        for window in range(count):
            one = np.ascontiguousarray(inputs[:, window * 512 : window * 512 + 576])
            output, state = session.run(
                None, {"input": one, "state": state, "sr": np.array(RATE, np.int64)})
            result.append(output[:, 0])
        result = np.stack(result)
        for row, path in enumerate(part):
            np.save(kept(path), result[: len(sounds[row]) // 512, row])
    return {os.path.basename(path): np.load(kept(path)) for path in paths}


def silero(values, threshold=0.5, step=512 / RATE):
    """As its package's iterator: begins at the threshold, goes on to 0.15 below it."""
    found, is_speech, quiet, start = [], False, 0, 0
    for window, value in enumerate(values):
        if not is_speech:
            if value >= threshold:
                is_speech, start, quiet = True, window, 0
        elif value >= threshold:
            quiet = 0
        elif value < threshold - 0.15 or quiet:
            quiet += 1
            if quiet * step >= HANGOVER:
                found.append((start * step, (window + 1 - quiet) * step, (window + 1) * step))
                is_speech = False
    if is_speech:
        found.append((start * step, len(values) * step, len(values) * step))
    return found


# MARK: The judge

def segments(path):
    found = collections.defaultdict(list)
    for line in open(path):
        file, *numbers = line.rstrip("\n").split("\t")
        start, end, told = map(float, numbers)
        found[file].append((start, max(start, end), max(start, end, told)))
    return found


def length(path):
    with wave.open(path) as file:
        return file.getnframes() / file.getframerate()


def of_utterance(found, a, b):
    """What became of an utterance from `a` to `b` seconds."""
    inside = [one for one in found if one[0] < b and one[1] > a]
    if not inside:
        return dict(hit=False, own=False, late=False, cut=False, end=False)
    last = max(inside, key=lambda one: one[1])
    return dict(
        hit=True,
        # A segment begins with it, and was not open already.
        own=any(a - PRE_ROLL <= one[0] <= b for one in inside),
        # The pre-roll does not reach back to its beginning.
        late=min(one[0] for one in inside) - PRE_ROLL > a + 0.02,
        # Its end was reported before it had ended.
        cut=any(max(one[2], one[1] + HANGOVER) < b - 0.1 for one in inside),
        end=last[2] < b + 1.5)


def judge(folder, truth, files, found):
    rows, starts, taken, seconds = [], [], 0.0, 0.0
    for file in files:
        total, mine = length(f"{folder}/{file}"), truth.get(file, [])
        rows += [of_utterance(found[file], a, b) for a, b in mine]
        starts.append(sum(
            not any(s < b + PRE_ROLL and e > a - PRE_ROLL for a, b in mine)
            for s, e, _ in found[file]))
        for start, end, told in found[file]:
            end = max(end, told - HANGOVER)
            taken += end - start - sum(max(0, min(end, b) - max(start, a)) for a, b in mine)
        seconds += total - sum(b - a for a, b in mine)
    hits = [row for row in rows if row["hit"]]
    percent = lambda part, whole: f"{100 * part / whole:6.1f}" if whole else "     -"
    texts = [percent(len(hits), len(rows)), percent(sum(row["own"] for row in rows), len(rows))]
    texts += [percent(sum(row[what] for row in hits), len(hits)) for what in ("late", "cut")]
    texts += [percent(sum(row["end"] for row in hits), len(hits))]
    texts += [f"{100 * taken / seconds:6.1f}", f"{60 * sum(starts) / seconds:6.2f}"]
    return " ".join(texts + [percent(sum(one <= 1 for one in starts), len(starts))])


def score(folder, given):
    truth = collections.defaultdict(list)
    for line in open(f"{folder}/truth.tsv"):
        file, a, b = line.split("\t")
        truth[file].append((float(a), float(b)))
    paths = sorted(glob.glob(f"{folder}/*.wav"))
    systems = {os.path.basename(path): segments(path) for path in given}
    if os.environ.get("OTHERS", "1") == "1":
        kept = f"{folder}/webrtcvad-3.tsv"
        if not os.path.exists(kept):
            with open(kept, "w") as file:
                for path in paths:
                    for one in webrtc(path, 3):
                        print(os.path.basename(path), *one, sep="\t", file=file)
        systems["webrtcvad"] = segments(kept)
        systems["silero"] = collections.defaultdict(list, {
            name: silero(values) for name, values in probabilities(paths, folder).items()})
    print("heard: % of utterances that overlap a segment; own: with which one begins; late: whose"
          " first 20 ms are lost in spite of 300 ms of pre-roll;\ncut: told as ended while they go"
          " on; end: told within 1.5 s of it; open: % of the time without speech; starts: a minute"
          " of that;\nonce: % of files with at most one start without speech (music: of two minutes)")
    width = max(map(len, systems)) + 2
    for tuned in (True, False):
        print(f"{'tuned' if tuned else 'held out':{16 + width}}"
              "  heard    own   late    cut    end   open starts   once")
        by = collections.defaultdict(list)
        for path in paths:
            condition, name = os.path.basename(path)[:-4].split("__")
            if is_tuned(name) == tuned:
                by[condition].append(os.path.basename(path))
        order = [one[0] for one in CONDITIONS]
        for condition in sorted(by, key=lambda c: (order.index(c) if c in order else 99, c)):
            for name, found in systems.items():
                print(f"{condition:16}{name:{width}}", judge(folder, truth, by[condition], found))


def main():
    match sys.argv[1:]:
        case ["make", recordings, folder]:
            make(recordings, folder)
        case ["score", folder, *given]:
            score(folder, given)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
