#!/bin/bash
# sysroot.sh FOLDER: what cross building for arm64 needs, in FOLDER: a Debian 13 of arm64 in root/
# with the C libraries and the Swift runtime, and sdks/, which tells SwiftPM of it.
#
# It is made once. SwiftPM reads sdks/ at FOLDER's path on the building machine, since its paths are
# relative. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
root=$folder/root
[ ! -e "$folder/made" ] || exit 0

say() { printf 'sysroot: %s\n' "$*" >&2; }
rm -rf "$root" "$folder/sdks"
"$here/root.sh" trixie arm64 "$root"
say "installing the C libraries of arm64"
# shellcheck disable=SC2046 # several words
chroot "$root" sh -ec 'apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
    cd /tmp && apt-get -qq -o APT::Sandbox::User=root download swiftlang libswiftlang' sh \
    libc6-dev libstdc++-14-dev libgcc-14-dev \
    $(sed -n 's/^ \(lib[^ ,]*-dev\),/\1/p' "$here/debian/control")
# Only the linked parts of the toolchain; the compiler is that of the building machine.
for package in "$root"/tmp/*swiftlang_*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -C "$root" -x --wildcards \
        './usr/libexec/swift/lib/swift' './usr/libexec/swift/lib/swift/*' \
        './usr/libexec/swift/lib/swift_static' './usr/libexec/swift/lib/swift_static/*' \
        './usr/libexec/swift/lib/clang' './usr/libexec/swift/lib/clang/*' 2>/dev/null || true
    rm "$package"
done
[ -e "$root/usr/libexec/swift/lib/swift_static/linux/libswiftCore.a" ] ||
    { say "there is no Swift runtime in $root"; exit 1; }
# The program's libraries by package, for dpkg-shlibdeps: that database, as one of arm64.
rm -rf "$folder/dpkg"
cp -r "$root/var/lib/dpkg" "$folder/dpkg"
echo arm64 >"$folder/dpkg/arch"

triple=aarch64-unknown-linux-gnu
bundle=$folder/sdks/debian.artifactbundle
mkdir -p "$bundle/arm64"
ln -s ../../../root "$bundle/arm64/sysroot"
cat >"$bundle/info.json" <<JSON
{"schemaVersion": "1.0", "artifacts": {"debian-arm64": {"type": "swiftSDK", "version": "6.0.3",
  "variants": [{"path": "arm64",
    "supportedTriples": ["x86_64-unknown-linux-gnu", "x86_64-pc-linux-gnu"]}]}}}
JSON
cat >"$bundle/arm64/swift-sdk.json" <<JSON
{"schemaVersion": "4.0", "targetTriples": {"$triple": {
  "sdkRootPath": "sysroot",
  "swiftResourcesPath": "sysroot/usr/libexec/swift/lib/swift",
  "swiftStaticResourcesPath": "sysroot/usr/libexec/swift/lib/swift_static",
  "includeSearchPaths": ["sysroot/usr/include", "sysroot/usr/include/aarch64-linux-gnu"],
  "librarySearchPaths": ["sysroot/usr/lib/aarch64-linux-gnu"],
  "toolsetPaths": ["toolset.json"]}}}
JSON
cat >"$bundle/arm64/toolset.json" <<JSON
{"schemaVersion": "1.0", "swiftCompiler": {"extraCLIOptions": ["-use-ld=lld"]}}
JSON
touch "$folder/made"
