#!/bin/sh
# compile.sh SCRATCH PROGRAM [SWIFTPM-ARGUMENT...]: builds the release of martlet in the folder
# SCRATCH, from this source and the argument parser that lies in it, without a network.
#
# SWIFT is the toolchain's driver. The same source in the same folder gives the same bytes.
set -eu
swift=${SWIFT:-swift}
scratch=$1 program=$2
shift 2
source=$(pwd)
mkdir -p "$scratch/home" "$scratch/swiftpm"

# SwiftPM takes a package only from a repository with tags, so the one that lies here becomes one.
# Nothing of the caller's git counts.
export HOME="$scratch/home" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
version=$(sed -n 's/.*swift-argument-parser", exact: "\(.*\)".*/\1/p' Package.swift)
parser=$scratch/swift-argument-parser
rm -rf "$parser"
cp -r swift-argument-parser "$parser"
git -C "$parser" init -q
git -C "$parser" add -A -f
moment="@${SOURCE_DATE_EPOCH:-0} +0000"
GIT_AUTHOR_DATE=$moment GIT_COMMITTER_DATE=$moment \
    git -C "$parser" -c user.name=martlet -c user.email=martlet commit -q -m "$version"
git -C "$parser" tag "$version"
printf '{"object":[{"mirror":"%s","original":"%s"}],"version":1}\n' \
    "$parser" https://github.com/apple/swift-argument-parser >"$scratch/swiftpm/mirrors.json"

# The toolchain's own linker, which packs the relocations; Debian keeps it out of PATH.
PATH=/usr/libexec/swift/bin:$PATH
"$swift" build -c release --product martlet --static-swift-stdlib --scratch-path "$scratch" \
    --config-path "$scratch/swiftpm" --cache-path "$scratch/cache" --disable-local-rpath \
    -Xswiftc -use-ld=lld -Xlinker -z -Xlinker now -Xlinker -z -Xlinker pack-relative-relocs \
    -Xlinker --build-id=sha1 \
    -Xswiftc -file-prefix-map -Xswiftc "$source=." -Xcc "-ffile-prefix-map=$source=." "$@"
cp "$scratch/release/martlet" "$program"
