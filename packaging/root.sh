#!/bin/bash
# root.sh SUITE ARCHITECTURE FOLDER: make FOLDER an empty root of Debian, with what every system has.
#
# It is kept as an archive in ROOTS (default /var/cache/martlet-roots) and unpacked from there the
# next time. arm64 runs under qemu-user. Needs root.
set -euo pipefail
suite=$1 architecture=$2 folder=$3
roots=${ROOTS:-/var/cache/martlet-roots}
archive=$roots/$suite-$architecture.tar
PATH=$PATH:/usr/sbin:/sbin

say() { printf 'root: %s\n' "$*" >&2; }
install_here() {
    say "installing $*"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends "$@" >/dev/null
}

[ "$(id -u)" -eq 0 ] || { say "needs root (debootstrap and chroot)"; exit 1; }
command -v debootstrap >/dev/null || install_here debootstrap
if [ "$architecture" = arm64 ] && [ "$(dpkg --print-architecture)" != arm64 ]; then
    binfmt=/proc/sys/fs/binfmt_misc
    command -v qemu-aarch64-static >/dev/null || install_here qemu-user-static
    [ -e $binfmt/register ] || mount -t binfmt_misc none $binfmt
    # As systemd would at its start, from the package's files.
    [ -e $binfmt/qemu-aarch64 ] ||
        grep -hv '^#' /usr/lib/binfmt.d/qemu-aarch64*.conf | tr -d '\n' >$binfmt/register
fi
if [ ! -s "$archive" ]; then
    mkdir -p "$roots"
    new=$(mktemp -d "$roots/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    say "making an empty $suite for $architecture"
    debootstrap --arch="$architecture" --variant=minbase "$suite" "$new/root" >"$new/log" 2>&1 ||
        { tail -n 20 "$new/log" >&2; exit 1; }
    # A new root does not define localhost yet.
    [ -e "$new/root/etc/hosts" ] || echo "127.0.0.1 localhost" >"$new/root/etc/hosts"
    tar -C "$new/root" -c --numeric-owner --one-file-system -f "$archive.new" .
    mv "$archive.new" "$archive"
fi
mkdir -p "$folder"
tar -C "$folder" -x --numeric-owner -f "$archive"
