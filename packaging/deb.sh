#!/bin/bash
# deb.sh [-t] KIND...: build packages of this tree's committed state into .build-deb/out.
#
# here      for the Debian on which it runs: 12 with a toolchain of swift.org in PATH, 13 with its own
# debian13  amd64 for Debian 13, in the root of packaging/debian13.sh
# arm64     arm64 for Debian 13 and Raspberry Pi OS, cross-built in that root after debian13, with
#           packaging/sysroot.sh (not seen to work as a whole yet, so `make deb` leaves it out)
# all       the three
#
# -t builds each twice and compares what came out. Needs root: the build runs at /build/martlet, in a
# mount name space of its own, so that no other folder's name is in what it makes.
#
# MARTLET_BINARY is a program that is built already, for trying the rest of a package.
# DEBIAN13_ROOT and SWIFT_PACKAGES are as for packaging/debian13.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 TZ=UTC
umask 022

say() { printf 'deb: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The release of the argument parser that Package.swift names.
parser_url=https://github.com/apple/swift-argument-parser
parser_version=$(sed -n 's/.*swift-argument-parser", exact: "\(.*\)".*/\1/p' Package.swift)

work=$PWD/.build-deb
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)
upstream=${version%-*}
grep -q "text = \"$upstream\"" Sources/Control/Daemon/Life/ProgramVersion.swift ||
    fail "ProgramVersion.swift and packaging/debian/changelog name different versions"
parser=$work/swift-argument-parser-$parser_version.tar.xz
root=${DEBIAN13_ROOT:-/var/cache/martlet-debian13}
# In the root of Debian 13: what is linked for arm64, and the program of amd64 that was built last.
sysroot=/sysroot
native=$work/martlet

install_here() { # install_here PACKAGE...
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends "$@" >/dev/null
}

# MARK: the source

# The same bytes whenever and by whomever it is made: sorted, without owner, all with one time.
pack() { # pack FOLDER NAME FILE: what is in FOLDER, as the folder NAME
    tar -C "$1" -c --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX \
        --mtime="@$SOURCE_DATE_EPOCH" --transform="s,^\.,$2," . | xz -T1 >"$3.new"
    mv "$3.new" "$3"
}

fetch_parser() {
    [ ! -s "$parser" ] || return 0
    say "fetching the argument parser $parser_version"
    local clone
    clone=$(mktemp -d)
    git -c advice.detachedHead=false clone -q --depth 1 --branch "$parser_version" "$parser_url" \
        "$clone/parser"
    rm -rf "$clone/parser/.git"
    pack "$clone/parser" swift-argument-parser "$parser"
    rm -rf "$clone"
}

# A tree of the source in $work/tree/martlet, with the archives of a source package beside it.
make_source() {
    local suffix
    suffix=~deb$(. /etc/os-release && echo "$VERSION_ID")
    rm -rf "$work/tree" "$work/stage"
    mkdir -p "$work/tree" "$work/stage" "$work/out"
    # In the root of debian13.sh there is no repository, but nothing else either.
    if [ -e .git ]; then
        git archive HEAD | tar -x -C "$work/stage"
    else
        tar -c --exclude='./.build*' . | tar -x -C "$work/stage"
    fi
    fetch_parser
    pack "$work/stage" martlet "$work/tree/martlet_$upstream.orig.tar.xz"
    cp "$parser" "$work/tree/martlet_$upstream.orig-swift-argument-parser.tar.xz"
    mv "$work/stage" "$work/tree/martlet"
    tar -x -f "$parser" -C "$work/tree/martlet"
    cp -r packaging/debian "$work/tree/martlet/debian"
    sed -i "1s/(\(.*\)) unstable/(\1$suffix) $(. /etc/os-release && echo "$VERSION_CODENAME")/" \
        "$work/tree/martlet/debian/changelog"
}

# MARK: the package

# Runs a command at /build, where only it sees the tree; for arm64 with the sysroot beside the
# source, and its libraries at their usual paths.
in_build() {
    mkdir -p /build
    unshare -m --propagation private sh -c 'mount --bind "$1" /build && cd /build/martlet || exit 1
        if [ "$2" = arm64 ]; then
            mount --bind "$3" /build/sysroot
            mount --bind "$3/root/usr/lib/aarch64-linux-gnu" /usr/lib/aarch64-linux-gnu
        fi
        shift 3
        exec "$@"' sh "$work/tree" "$architecture" "$sysroot" "$@"
}

install_build_needs() { # install_build_needs PROFILE
    local needs=(debhelper lintian man-db)
    [ "$architecture" = amd64 ] || needs+=(binutils-aarch64-linux-gnu)
    dpkg-query -W "${needs[@]}" >/dev/null 2>&1 || install_here "${needs[@]}"
    dpkg-checkbuilddeps -P "$1" packaging/debian/control 2>/dev/null || {
        say "installing what the build needs"
        # shellcheck disable=SC2046 # several words
        install_here $(dpkg-checkbuilddeps -P "$1" packaging/debian/control 2>&1 |
            sed 's/.*: //; s/([^)]*)//g; s/:native//g; s/:any//g; s/debhelper-compat/debhelper/
                s/dh-sequence-installsysusers//')
    }
}

build_once() { # build_once: the packages of $architecture, in $work/tree
    make_source
    local profile="" words=(-us -uc)
    [ "$(. /etc/os-release && echo "$VERSION_ID")" != 12 ] || profile=pkg.martlet.toolchain
    install_build_needs "$profile"
    local settings=(HOME=/nonexistent "PATH=$PATH" LC_ALL=C.UTF-8 TZ=UTC SCRATCH=/build/scratch
        DEB_BUILD_OPTIONS=nocheck "DEB_BUILD_PROFILES=$profile" "SHLIBDEPS=${SHLIBDEPS:-}")
    if [ "$architecture" = arm64 ]; then
        words+=(-b -d -aarm64)
        [ -x "$native" ] || fail "build the package of amd64 first: its program prints the manual"
        local root=/build/sysroot/root
        mkdir -p "$work/tree/native" "$work/tree/arm64" "$work/tree/sysroot" \
            /usr/lib/aarch64-linux-gnu
        cp "$native" "$work/tree/native/martlet"
        if [ -n "${MARTLET_BINARY:-}" ]; then
            cp "$MARTLET_BINARY" "$work/tree/arm64/martlet"
        else
            in_build env -i "${settings[@]}" \
                "PKG_CONFIG_PATH=$root/usr/lib/aarch64-linux-gnu/pkgconfig:$root/usr/share/pkgconfig" \
                debian/compile.sh /build/scratch /build/arm64/martlet \
                --swift-sdks-path /build/sysroot/sdks --swift-sdk aarch64-unknown-linux-gnu
        fi
        settings+=(NATIVE=/build/native/martlet MARTLET_BINARY=/build/arm64/martlet
            SHLIBDEPS=--admindir=/build/sysroot/dpkg)
    elif [ -n "${MARTLET_BINARY:-}" ]; then
        cp "$MARTLET_BINARY" "$work/tree/martlet.given"
        settings+=(MARTLET_BINARY=/build/martlet.given)
    fi
    in_build env -i "${settings[@]}" dpkg-buildpackage "${words[@]}"
}

# The files to compare; the others contain the time, or hashes of these.
products() { (cd "$1" && find . -maxdepth 1 -type f \( -name '*.deb' -o -name '*.dsc' -o -name '*.tar.*' \) | sort); }

build() {
    build_once
    local twice="$work/first"
    if [ "$is_twice" = yes ]; then
        rm -rf "$twice"
        mkdir "$twice"
        (cd "$work/tree" && find . -maxdepth 1 -type f -exec cp {} "$twice/" \;)
        build_once
        for file in $(products "$work/tree"); do
            cmp "$twice/$file" "$work/tree/$file" || fail "$file is not the same when it is built again"
        done
        say "built twice, the same bytes: $(products "$work/tree" | tr '\n' ' ')"
    fi
    find "$work/tree" -maxdepth 1 -type f ! -name '*.given' -exec cp {} "$work/out/" \;
    [ "$architecture" = arm64 ] || cp "$work/tree/martlet/debian/build/martlet" "$native"
    lintian --fail-on error,warning --display-info --suppress-tags initial-upload-closes-no-bugs \
        "$work/tree"/*_"$architecture".changes
    rm -rf "$work/tree"
}

# MARK: kinds

is_twice=no
if [ "${1:-}" = -t ]; then
    is_twice=yes
    shift
fi
[ $# -gt 0 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2; }
[ "$(id -u)" -eq 0 ] || fail "needs root, for the folder /build and for roots of Debian"
command -v dpkg-parsechangelog >/dev/null || install_here dpkg-dev
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l packaging/debian/changelog -S Timestamp)
export SOURCE_DATE_EPOCH
mkdir -p "$work"

# Through debian13.sh, which shows it this tree; the results are fetched from there.
in_debian13() { # in_debian13 KIND
    fetch_parser
    mkdir -p "$root/martlet/.build-deb"
    cp "$parser" "$root/martlet/.build-deb/"
    rm -rf "$root/martlet/.build-deb/out"
    local flag=()
    [ "$is_twice" = no ] || flag=(-t)
    packaging/debian13.sh packaging/deb.sh "${flag[@]}" "$1"
    mkdir -p "$work/out"
    cp "$root"/martlet/.build-deb/out/* "$work/out/"
}

# A name in place of all three; `cross` is what `arm64` does in the root.
[ "$*" != all ] || set -- here debian13 arm64
for kind in "$@"; do
    case $kind in
    here)
        architecture=amd64
        build
        ;;
    cross)
        architecture=arm64
        build
        ;;
    debian13) in_debian13 here ;;
    arm64)
        packaging/sysroot.sh "$root$sysroot"
        in_debian13 cross
        ;;
    *) fail "unknown kind '$kind'" ;;
    esac
done
