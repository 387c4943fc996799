#!/bin/sh
# prepare.sh [build] [demo] [test] [style]: install what a fresh Debian 12 or 13 lacks, and check Swift.
#
# It reports what it installs and why, uses sudo when it is not root, and asks for nothing when
# nothing is missing. `make demo` and `make test` run it first.
set -eu

say() { printf 'prepare: %s\n' "$*"; }
fail() { printf 'prepare: %s\n' "$*" >&2; exit 1; }

has_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=""
need() { # need PACKAGE WHY...
    package=$1
    shift
    has_package "$package" && return
    say "missing $package: $*"
    missing="$missing $package"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
    command -v sudo >/dev/null || fail "not root and no sudo: run as root once: $*"
    sudo "$@"
}

# "6.3.1" of "Swift version 6.3.1 (swift-6.3.1-RELEASE)"; empty without a toolchain.
swift_version() { swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1; }

[ -r /etc/os-release ] || fail "this is no Debian: install the packages named in packaging/prepare.sh by hand"
. /etc/os-release
command -v dpkg-query >/dev/null || fail "this is no Debian: install the packages named in packaging/prepare.sh by hand"

if [ -z "$(swift_version)" ]; then
    case "${ID:-}${VERSION_ID:-}" in
    debian13) need swiftlang "the Swift 6.0 toolchain of Debian 13" ;;
    debian12) fail "no Swift found. Debian 12 has no package of it: take the toolchain \"Debian 12\" from swift.org/install/linux, unpack it, and put its usr/bin into PATH" ;;
    *) fail "no Swift found: install Swift 6.0 or newer (Debian 13: apt install swiftlang; others: swift.org/install/linux)" ;;
    esac
fi

need pkg-config "the Swift package manager finds the C libraries with it"
need git "the Swift package manager fetches the argument parser with it"
need libc6-dev "C headers"
need g++ "the C++ library, with which a release's Swift runtime is linked"
need libasound2-dev "ALSA: microphone, loudspeaker, mixer"
need libopus-dev "Opus: stored sounds and recordings"
need libspeexdsp-dev "SpeexDSP: sample rate conversion"
need libwebsockets-dev "libwebsockets: the Live session and the simulator"
need libcurl4-openssl-dev "libcurl: requests to Google's services over HTTP"
need libmosquitto-dev "libmosquitto: MQTT, and with it Home Assistant"
need libssl-dev "OpenSSL: signatures of a service account"
need libgpiod-dev "libgpiod: button, light and relays"
# The official package of the Model Context Protocol, which our client is tested against.
mcp_version=2.3.0
wants_mcp=no
for purpose in "$@"; do
    case "$purpose" in
    build | style) ;;
    demo | test)
        if [ "$purpose" = test ]; then
            wants_mcp=yes
            python3 -c 'import ensurepip, venv' 2>/dev/null ||
                need python3-venv "servers of the Model Context Protocol that ours is tested against"
        fi
        need espeak-ng "speech for the microphone of demo and tests"
        need openssl "the certificate authority of the simulator"
        need ca-certificates "the system's certificate authorities"
        need mosquitto "an MQTT broker that tests start for themselves"
        need mosquitto-clients "what such a broker holds, seen by others"
        ;;
    *) fail "unknown purpose '$purpose' (build, demo, test, style)" ;;
    esac
done

if [ -n "$missing" ]; then
    say "installing:$missing"
    as_root apt-get -qq update
    # Tests start their own brokers; the package's service is not needed for that.
    case "$missing" in
    *" mosquitto"*)
        unit=/etc/systemd/system/mosquitto.service
        if [ ! -e "$unit" ] && [ ! -L "$unit" ] && ! has_package mosquitto; then
            say "keeping the system's own broker off: systemctl unmask mosquitto brings it back"
            as_root mkdir -p /etc/systemd/system
            as_root ln -s /dev/null "$unit"
        fi
        ;;
    esac
    # shellcheck disable=SC2086 # a list of words is meant
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing >/dev/null
fi

version=$(swift_version)
case "$version" in
"") fail "no working 'swift' in PATH after the installation" ;;
[0-5].* | [0-5]) fail "Swift $version is too old: Martlet needs 6.0 or newer (Debian 13: apt install swiftlang; Debian 12: swift.org/install/linux)" ;;
esac

# Installed in a folder below .build, pinned; without it (no network) those tests are skipped with a
# message.
fetch_mcp() {
    place="$(dirname "$0")/../.build/mcp-server"
    [ "$(cat "$place/version" 2>/dev/null)" = "$mcp_version" ] && return
    say "fetching the Python package mcp $mcp_version, which the MCP client is tested against"
    rm -rf "$place"
    mkdir -p "$(dirname "$place")"
    if python3 -m venv "$place" &&
        "$place/bin/pip" install -q --disable-pip-version-check "mcp==$mcp_version"; then
        echo "$mcp_version" >"$place/version"
    else
        rm -rf "$place"
        say "COULD NOT fetch mcp $mcp_version: the tests against the official MCP server are SKIPPED"
    fi
}
[ "$wants_mcp" = no ] || fetch_mcp
