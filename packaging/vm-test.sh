#!/bin/bash
# vm-test.sh PROGRAM [MINUTES] [CYCLES] [CHECK...]: Tests/VM/cards.sh and, without CHECK, also
# Tests/VM/models.sh, Tests/VM/gpio.sh, Tests/VM/costs.sh and Tests/VM/confine.sh (with Landlock and
# without) in the virtual machine of packaging/vm.sh, with PROGRAM (a static martlet).
#
# MINUTES (of the guest's time; default 1) is how long each of the two steady checks lasts, CYCLES
# (default 10) how often a card is unplugged. VM_OUT is a folder for the daemon's logs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 minutes=${2:-1} cycles=${3:-10}
shift $(($# < 3 ? $# : 3))

say() { printf 'vm-test: %s\n' "$*" >&2; }
if ! command -v espeak-ng >/dev/null; then
    say "installing espeak-ng: the speech that the microphone hears"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends espeak-ng >/dev/null
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here"/../Tests/VM/* "$folder/"
# Without its header it is samples of 22050 Hz; half a second of silence ends it.
espeak-ng -w "$folder/speech.wav" "What is a martlet?"
{ tail -c +45 "$folder/speech.wav"; head -c 22050 /dev/zero; } >"$folder/speech.raw"
status=0
"$here/vm.sh" -t 14400 "$program" "$folder/cards.sh" "$minutes" "$cycles" "$@" || status=$?
[ $# -gt 0 ] || "$here/vm.sh" -u "$program" "$folder/models.sh" || status=$?
[ $# -gt 0 ] || "$here/vm.sh" -g "$program" "$folder/gpio.sh" || status=$?
[ $# -gt 0 ] || "$here/vm.sh" -g "$program" "$folder/costs.sh" || status=$?
[ $# -gt 0 ] || "$here/vm.sh" -g "$program" "$folder/confine.sh" landlock || status=$?
[ $# -gt 0 ] || "$here/vm.sh" -g -k lsm=capability "$program" "$folder/confine.sh" || status=$?
exit $status
