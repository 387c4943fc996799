#!/bin/sh
# fetch-recordings.sh FOLDER: recordings of voices, music and household sounds out of Debian's
# packages, unpacked below FOLDER (about 2 GB) and not installed.
#
# Existing files are kept. Their licences are beside them, in usr/share/doc/PACKAGE/copyright; none
# of it is ever committed.
set -eu
mkdir -p "$1"
cd "$1"

voices="asterisk-core-sounds-en-g722 asterisk-core-sounds-es-g722 asterisk-core-sounds-fr-g722
    asterisk-core-sounds-it-g722 asterisk-prompt-fr-armelle asterisk-prompt-it-menardi-wav
    fillets-ng-data-cs klettres-data ktuberling-data pocketsphinx-testdata
    tuxpaint-stamps-default"
music="asterisk-moh-opsound-g722 csmash-demosong extremetuxracer-data fillets-ng-data
    freedroidrpg-data fretsonfire-songs-sectoid nexuiz-music singularity-music supertux-data
    ufoai-music xmoto-data"
household="scratch"

for package in $voices $music $household; do
    [ ! -d "$package" ] || continue
    rm -rf "new"
    mkdir "new"
    (
        cd "new"
        apt-get download -q "$package"
        dpkg-deb -x ./*.deb .
        rm ./*.deb
        # Some games keep their music in archives.
        find . \( -name '*.pk3' \) -exec unzip -qn '{}' '*.ogg' -d music \; || true
    ) >&2 || {
        echo "fetch-recordings: no $package" >&2
        continue
    }
    mv "new" "$package"
done
