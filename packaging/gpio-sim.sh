#!/bin/bash
# gpio-sim.sh CACHE: the kernel's simulated GPIO chips, as CACHE/gpio-sim.ko for the kernel that
# packaging/vm.sh has unpacked there.
#
# Debian's kernels are configured without it, so it is built from the source of the same version,
# together with the simulated interrupts that it needs.
set -euo pipefail
cache=$(realpath "$1")
version=$(cat "$cache/version")

say() { printf 'gpio-sim: %s\n' "$*" >&2; }
fail() { say "$*"; exit 125; }

need=""
for pair in gcc:gcc make:make xz:xz-utils; do
    command -v "${pair%%:*}" >/dev/null || need="$need ${pair##*:}"
done
if [ -n "$need" ]; then
    say "installing:$need"
    [ "$(id -u)" -eq 0 ] || fail "not root; run as root once: apt-get install$need"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends $need >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
release=$(cat "$cache/release")
source=linux-source-$(grep -oE '^[0-9]+\.[0-9]+' <<<"$version")
headers=linux-headers-$version
common=linux-headers-${version%-*}-common
tools=$(apt-cache depends "$headers=$release" | sed -n 's/.*Depends: \(linux-kbuild-.*\)/\1/p' | head -n 1)
say "fetching $source and the headers, $release"
apt-get -qq -o APT::Sandbox::User=root download \
    "$source=$release" "$headers=$release" "$common=$release" "$tools=$release" ||
    fail "the archive no longer has the source of this kernel; remove $cache and run again"

for package in "$headers" "$common" "$tools"; do
    dpkg-deb -x "$package"_*.deb tree
done
# The archive in the archive is long, and is read only up to the last of the files; missing ones are
# detected below.
wanted="drivers/gpio/gpio-sim.c drivers/gpio/gpiolib.h kernel/irq/irq_sim.c"
files=$(printf "$source/%s " $wanted)
(
    set +eo pipefail
    dpkg-deb --fsys-tarfile "$source"_*.deb | tar -xO "./usr/src/$source.tar.xz" | xz -dcT0 |
        tar -x --occurrence=1 $files
) 2>/dev/null || true
mkdir module
for file in $wanted; do cp "$source/$file" module/ || fail "no $file in $source"; done
mv module/gpio-sim.c module/chips.c
# Its calls are not exported to modules; a module finds the same functions through the data.
sed -i 's/irq_to_desc(\([^)]*\))/irq_data_to_desc(irq_get_irq_data(\1))/' module/irq_sim.c
printf 'obj-m := gpio-sim.o\ngpio-sim-y := chips.o irq_sim.o\n' >module/Makefile
# The headers refer to each other by their installed paths.
sed -i "s#include /usr/src#include $work/tree/usr/src#" "tree/usr/src/$headers/Makefile"
make -s -C "tree/usr/src/$headers" M="$work/module" CC=gcc modules >log 2>&1 ||
    { cat log >&2; fail "it does not build"; }
strip --strip-debug -o "$cache/gpio-sim.ko" module/gpio-sim.ko
