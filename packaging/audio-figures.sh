#!/bin/sh
# audio-figures.sh PROGRAM FOLDER [vad|real|echo|replies]: how well speech is found and echo taken
# out.
#
# PROGRAM is martlet-bench. The sounds are made in FOLDER (about 300 MB, from fixed seeds, kept for
# the next time), twice: `tuning`, on which the constants were chosen, and `held-out`, on which
# they were not. Beside ours are webrtcvad of PyPI and, where libwebrtc-audio-processing-dev is
# installed, its canceller. Needs espeak-ng, sox, and a PYTHON with numpy, scipy and webrtcvad.
#
# `replies` are recorded people, from packages of Debian that are downloaded and unpacked in FOLDER.
# They are judged with SpeexDSP's canceller, and with WebRTC's where packaging/webrtc.sh can build
# it (Debian 13), or where MARTLET_PLUGIN names it.
#
# `real` are recordings of people, music and households, which fetch-recordings.sh takes out of
# Debian's packages (about 2 GB), halved by their names into tuned and held out; beside ours is
# Silero, too. Needs ffmpeg and unzip, and soundfile, onnxruntime and silero-vad in the PYTHON.
set -eu
program=$(realpath "$1")
folder=$2
what=${3:-vad real echo replies}
here=$(dirname "$(realpath "$0")")
python=${PYTHON:-python3}
missing=""
for tool in espeak-ng sox c++ ffmpeg pkg-config; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || {
    echo "audio-figures: missing$missing: apt install espeak-ng ffmpeg sox g++ pkg-config" >&2
    exit 1
}
"$python" -c 'import numpy, scipy, webrtcvad' || {
    echo "audio-figures: $python lacks numpy, scipy or webrtcvad. With a folder DIR of yours:" >&2
    echo "  apt install python3-venv python3-dev" >&2
    echo "  python3 -m venv DIR && DIR/bin/pip install numpy scipy webrtcvad 'setuptools<81'" >&2
    echo "  PYTHON=DIR/bin/python3 make audio-figures" >&2
    exit 1
}
case $what in
*real*)
    for tool in ffmpeg unzip; do
        command -v "$tool" >/dev/null || {
            echo "audio-figures: missing $tool: apt install ffmpeg unzip" >&2
            exit 1
        }
    done
    "$python" -c 'import importlib.util as u, soundfile, onnxruntime
assert u.find_spec("silero_vad")' || {
        echo "audio-figures: $python lacks soundfile, onnxruntime or silero-vad: with DIR as above" >&2
        echo "  DIR/bin/pip install soundfile onnxruntime" >&2
        echo "  DIR/bin/pip install --no-deps silero-vad==6.2.3" >&2
        exit 1
    }
    ;;
esac
mkdir -p "$folder"
export PYTHONDONTWRITEBYTECODE=1

vad() { # vad SET
    sounds=$folder/$1/vad
    [ -e "$sounds/truth.tsv" ] || "$python" "$here/evaluate-vad.py" make "$1" "$sounds"
    "$program" vad "$sounds"/*.wav >"$folder/$1/martlet"
    "$python" "$here/evaluate-vad.py" score "$1" "$sounds" "$folder/$1/martlet"
}

real() {
    sounds=$folder/real
    [ -e "$sounds/truth.tsv" ] || {
        "$here/fetch-recordings.sh" "$folder/recordings"
        "$python" "$here/evaluate-real.py" make "$folder/recordings" "$sounds"
    }
    "$program" vad "$sounds"/*.wav >"$folder/martlet"
    "$python" "$here/evaluate-real.py" score "$sounds" "$folder/martlet"
}

echo_of() { # echo_of SET
    sounds=$folder/$1/echo
    [ -e "$sounds/made" ] || "$python" "$here/evaluate-echo.py" make "$1" "$sounds"
    touch "$sounds/made"
    for case in "$sounds"/*/; do
        cp "$case/microphone.wav" "$case/none.wav"
        "$program" echo --microphone "$case/microphone.wav" --reference "$case/reference.wav" \
            --canceller speex --output "$case/martlet.wav" >"$case/martlet.tsv" 2>"$case/martlet.log"
        [ -n "$webrtc" ] || continue
        for mode in plain extended extended-agnostic mobile; do
            "$webrtc" "$case/microphone.wav" "$case/reference16.wav" "$case/$mode.wav" "$mode"
        done
    done
    others=""
    [ -z "$webrtc" ] ||
        others="webrtc=plain webrtc-extended=extended webrtc-agnostic=extended-agnostic
            webrtc-mobile=mobile"
    # shellcheck disable=SC2086 # several words
    "$python" "$here/evaluate-echo.py" score "$1" "$sounds" none=none martlet=martlet $others
}

recordings() {
    mkdir -p "$folder/recordings"
    (
        cd "$folder/recordings"
        [ ! -e fetched ] || exit 0
        apt-get download -q asterisk-core-sounds-en-g722 asterisk-core-sounds-fr-g722 \
            asterisk-core-sounds-it-g722 asterisk-prompt-fr-armelle asterisk-prompt-it-menardi-wav \
            pocketsphinx-testdata
        for package in *.deb; do dpkg-deb -x "$package" . && rm "$package"; done
        touch fetched
    )
}

replies() { # replies SET
    sounds=$folder/$1/replies
    recordings
    [ -e "$sounds/made" ] ||
        "$python" "$here/evaluate-replies.py" make "$1" "$sounds" "$folder/recordings"
    touch "$sounds/made"
    plugin=${MARTLET_PLUGIN:-$folder/martlet-webrtc.so}
    [ -e "$plugin" ] || "$here/webrtc.sh" -q "$plugin"
    names="none speex"
    [ ! -e "$plugin" ] || names="$names webrtc"
    for case in "$sounds"/*/; do
        cp "$case/microphone.wav" "$case/none.wav"
        for name in ${names#none }; do
            "$program" echo --microphone "$case/microphone.wav" \
                --reference "$case/reference.wav" --canceller "$name" --plugin "$plugin" \
                --output "$case/$name.wav" >"$case/$name.tsv" 2>"$case/$name.log"
        done
    done
    # shellcheck disable=SC2086 # several words
    "$python" "$here/evaluate-replies.py" score "$1" "$sounds" $names
}

webrtc=""
if pkg-config --exists webrtc-audio-processing; then
    webrtc=$folder/webrtc-echo
    # shellcheck disable=SC2046 # several words
    c++ -O2 -o "$webrtc" "$here/webrtc-echo.cpp" \
        $(pkg-config --cflags --libs webrtc-audio-processing)
else
    echo "no webrtc-audio-processing to compare with (libwebrtc-audio-processing-dev)" >&2
fi
case $what in
*real*)
    echo "== real"
    real
    ;;
esac
for set in tuning held-out; do
    for one in $what; do
        [ "$one" != real ] || continue
        echo "== $one, $set"
        case $one in
        vad) vad "$set" ;;
        echo) echo_of "$set" ;;
        replies) replies "$set" ;;
        *) echo "vad, real, echo or replies, not $one" >&2 && exit 2 ;;
        esac
    done
done
