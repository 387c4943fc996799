#!/bin/bash
# make-sounds.sh: makes the stored sounds again: the device's own (Sources/Control/Sounds/Assets)
# and the words of the shipped scenario (Sources/Simulation/Scenarios).
#
# Needs sox, espeak-ng and opus-tools. The results are committed; run this only to change them.
set -euo pipefail
cd "$(dirname "$0")/../Sources/Control/Sounds/Assets"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

encode() { opusenc --quiet --speech --bitrate 16 --discard-comments "$work/$1.wav" "$1.opus"; }

tones() { # tones NAME SECONDS HERTZ...: short tones one after the other, soft at both ends
    name=$1 seconds=$2
    shift 2
    parts=()
    for hertz in "$@"; do
        part="$work/$name-${#parts[@]}.wav"
        sox -n -r 48000 -c 1 -b 16 "$part" synth "$seconds" sine "$hertz" \
            fade q 0.01 "$seconds" 0.04 gain -n -14
        parts+=("$part")
    done
    sox "${parts[@]}" "$work/$name.wav"
    encode "$name"
}

line() { # line NAME TEXT: a spoken line
    espeak-ng -v en-us -s 155 -w "$work/raw.wav" "$2"
    sox "$work/raw.wav" -r 48000 "$work/$1.wav" gain -n -8 silence 1 0.01 0.1%
    encode "$1"
}

tones listening 0.09 660 880
tones done 0.09 880
tones error 0.14 330 247
tones muted 0.09 440 330
# These two are repeated: each ends in a pause.
tones timer 0.16 784 988 1175
sox "$work/timer.wav" "$work/padded.wav" pad 0 0.7 && mv "$work/padded.wav" "$work/timer.wav"
encode timer
tones alarm 0.11 988 1319 988 1319
sox "$work/alarm.wav" "$work/padded.wav" pad 0 0.35 && mv "$work/padded.wav" "$work/alarm.wav"
encode alarm
line offline "No network."
line no_network "I have no network yet. Please set it up."
line no_key "I have no key for the service yet. Please set it up."
line settings "There is a mistake in my settings."
line no_microphone "I have no microphone."
line refused "The service refuses this device. Check the key."
line budget "That was all for today. I go on tomorrow."
line confirm "Press the button to confirm."

cd ../../../Simulation/Scenarios
line demo_lamp "Done. The lamp is on."
line demo_bird "A martlet is the swift of heraldry: a bird that never lands."
line demo_story "Once upon a time a swift flew over the sea. It flew for days and for nights, over \
ships and islands and storms, and it never once came down to rest, because it had no wish to, and \
because the sky was full of things to see."
line demo_enough "All right."
