#!/bin/sh
# bench.sh FOLDER [SECONDS]: what the hot paths cost, with the programs in FOLDER.
#
# The components first, then SECONDS (default 20) of conversation with the simulated service over
# wss on this machine: in real time with chunks of 20 and 100 ms, then as fast as the socket takes
# it. Each live row is one line of JSON.
set -eu
programs=$1
seconds=${2:-20}
folder=$(mktemp -d)
server=""
clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT

"$programs/martlet-bench" components

# A minute of noise, which costs the codec as much as speech does.
head -c 1920000 /dev/urandom >"$folder/input.raw"
"$programs/martlet" simulate --load --port 0 --tls "$folder/tls" >"$folder/server.log" &
server=$!
while ! grep -q '^listening' "$folder/server.log"; do
    kill -0 "$server" || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.1
done
url=$(sed -n 's/^listening: //p' "$folder/server.log")
live() { # live SECONDS CHUNK_MS PACE
    "$programs/martlet-bench" live --url "$url" --ca "$folder/tls/authority.pem" \
        --input "$folder/input.raw" --seconds "$1" --chunk-ms "$2" --pace "$3" --verify
}
echo
for chunk in 20 100; do
    echo "live, $chunk ms chunks in real time:"
    live "$seconds" "$chunk" rt
done
echo "live, 20 ms chunks flat out (600 s of audio):"
live 600 20 flat
