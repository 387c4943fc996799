#!/bin/sh
# webrtc.sh [-q] FILE: builds FILE, the shared object with WebRTC's canceller behind Martlet's door
# (Sources/Bindings/CWebRTC/include/EchoDoor.h).
#
# Needs webrtc-audio-processing 1.x, which Debian 13 has: libwebrtc-audio-processing-dev. That of
# Debian 12 is 0.3, without the canceller; there this fails, or with -q succeeds and makes nothing.
# CXX, CXXFLAGS, LDFLAGS and PKG_CONFIG may be given, as by dpkg-buildflags.
set -eu
if [ "$1" = -q ]; then
    missing=0
    shift
else
    missing=1
fi
file=$1
source=$(dirname "$(realpath "$0")")/../Sources
pkg_config=${PKG_CONFIG:-pkg-config}
"$pkg_config" --exists 'webrtc-audio-processing-1 >= 1.0' 2>/dev/null || {
    echo "webrtc: no webrtc-audio-processing 1.x here (Debian 13: apt install" \
        "libwebrtc-audio-processing-dev); SpeexDSP's canceller does without it" >&2
    exit $missing
}
mkdir -p "$(dirname "$file")"
version=$("$pkg_config" --modversion webrtc-audio-processing-1)
# Libraries that are not needed directly are not linked: abseil's names change with every release.
# shellcheck disable=SC2046,SC2086 # several words
${CXX:-c++} -std=c++17 -O2 ${CXXFLAGS:-} -fPIC -fvisibility=hidden -Wall -Wextra \
    -DMARTLET_LIBRARY="\"webrtc-audio-processing $version (AEC3)\"" \
    -I "$source/Bindings/CWebRTC/include" \
    $("$pkg_config" --cflags webrtc-audio-processing-1 | sed 's/-I/-isystem /g') \
    -shared ${LDFLAGS:-} -Wl,--as-needed -Wl,--no-undefined -o "$file" \
    "$source/Plugins/webrtc/martlet-webrtc.cpp" \
    $("$pkg_config" --libs webrtc-audio-processing-1)
