#!/bin/bash
# repository.sh FOLDER URL [KEY]: make FOLDER a signed APT repository of the packages in
# .build-deb/out, to be served as it is at URL.
#
# KEY is a secret key of the caller's gpg (default: its default key). FOLDER gets martlet.asc, the
# public key, and martlet.sources, which a machine puts into /etc/apt/sources.list.d. Packages of
# ~deb12 go to bookworm, the others to trixie. OUT is another folder of packages. Needs
# apt-ftparchive (apt-utils) and gpg.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "${OUT:-$here/../.build-deb/out}")
folder=$1 url=$2 key=${3:-}
for tool in apt-ftparchive:apt-utils gpg:gpg; do
    command -v "${tool%:*}" >/dev/null ||
        { echo "repository: missing ${tool%:*}: apt install ${tool#*:}" >&2; exit 1; }
done
sign=(gpg --batch --yes --armor)
[ -z "$key" ] || sign+=(--local-user "$key")

mkdir -p "$folder"
cd "$folder"
for suite in bookworm trixie; do
    pool=pool/$suite
    case $suite in bookworm) number=12 ;; trixie) number=13 ;; esac
    mkdir -p "$pool"
    find "$out" -maxdepth 1 -name "*~deb${number}_*.deb" -exec cp -u {} "$pool/" \;
    for architecture in amd64 arm64; do
        index=dists/$suite/main/binary-$architecture
        mkdir -p "$index"
        apt-ftparchive --arch "$architecture" packages "$pool" >"$index/Packages"
        xz -kf "$index/Packages"
    done
    rm -f "dists/$suite"/{Release,InRelease,Release.gpg}
    apt-ftparchive -o "APT::FTPArchive::Release::Origin=Martlet" \
        -o "APT::FTPArchive::Release::Label=Martlet" \
        -o "APT::FTPArchive::Release::Suite=$suite" \
        -o "APT::FTPArchive::Release::Codename=$suite" \
        -o "APT::FTPArchive::Release::Components=main" \
        -o "APT::FTPArchive::Release::Architectures=amd64 arm64" \
        release "dists/$suite" >"$suite.new"
    mv "$suite.new" "dists/$suite/Release"
    "${sign[@]}" --clearsign --output "dists/$suite/InRelease" "dists/$suite/Release"
    "${sign[@]}" --detach-sign --output "dists/$suite/Release.gpg" "dists/$suite/Release"
done
gpg --batch --armor --export ${key:+"$key"} >martlet.asc
cat >martlet.sources <<SOURCES
# Put bookworm (Debian 12) or trixie (Debian 13, Raspberry Pi OS) into Suites, and martlet.asc into
# /etc/apt/keyrings.
Types: deb
URIs: $url
Suites: trixie
Components: main
Signed-By: /etc/apt/keyrings/martlet.asc
SOURCES
