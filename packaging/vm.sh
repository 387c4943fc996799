#!/bin/bash
# vm.sh [-g] [-k WORDS] [-t SECONDS] [-u] [-v] PROGRAM SCRIPT [ARGUMENT...]: run SCRIPT in a small virtual machine
# with a kernel of Debian's and sound cards of snd-aloop, PROGRAM (a static martlet, and the
# martlet-bench next to it) beside it.
#
# Prints what the script prints and exits with its status; 124 when SECONDS of this machine's time
# (default 3600) were not enough, 125 when the guest died. -v shows the kernel's messages; -g gives
# the guest simulated GPIO chips (the module gpio-sim), too; -k adds to the kernel's command line,
# as "lsm=capability", which leaves Landlock out; -u plugs in a USB loudspeaker of the emulator's
# (card Audio of snd-usb-audio behind xhci), what it plays being usb.wav in VM_OUT.
#
# The guest is one file system in memory: busybox, ALSA's own tools, the program with its C
# libraries, all taken from this machine, and the modules. Nothing waits for a disk. Its clock
# counts instructions, two nanoseconds each, as on a small board, so that a busy host does not
# affect the guest, and idle minutes pass in no time: all times and figures are the guest's own.
#
# In the guest: /vm/martlet, /vm/SCRIPT with its neighbours, and /out, which is the folder VM_OUT
# of this machine (default: a new one), for what should outlive the guest. VM_DIR keeps the kernel
# between runs. Needs root only where packages are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'vm: %s\n' "$*" >&2; }
fail() { say "$*"; exit 125; }

limit=3600
quiet=quiet
chips=""
words=""
usb=""
speaker=()
while getopts gk:t:uv option; do
    case $option in
    g) chips=configfs ;;
    k) words=$OPTARG ;;
    t) limit=$OPTARG ;;
    u) usb="xhci_pci snd_usb_audio" ;;
    v) quiet="" ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || fail "which program and which script?"
program=$(realpath "$1") script=$(realpath "$2")
shift 2

cache=${VM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet-vm}
work=$(mktemp -d)
out=${VM_OUT:-$work/out}
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache" "$out"
PATH=$PATH:/usr/sbin:/sbin
cards="snd-aloop snd-dummy"
carriers="virtio_pci 9p 9pnet_virtio"

need=""
for pair in qemu-system-x86_64:qemu-system-x86 aplay:alsa-utils depmod:kmod cpio:cpio; do
    command -v "${pair%%:*}" >/dev/null || need="$need ${pair##*:}"
done
[ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || need="$need busybox-static"
if [ -n "$need" ]; then
    say "installing:$need"
    [ "$(id -u)" -eq 0 ] || fail "not root; run as root once: apt-get install$need"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends $need >/dev/null
fi

# The kernel is unpacked, not installed: this machine does not boot it.
if [ ! -f "$cache/release" ]; then
    package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -n 1)
    [ -n "$package" ] || fail "apt knows no linux-image-amd64"
    say "fetching $package"
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package")
    rm -rf "$cache/kernel"
    dpkg-deb -x "$work"/linux-image-*.deb "$cache/kernel"
    depmod -b "$cache/kernel" "${package#linux-image-}"
    echo "${package#linux-image-}" >"$cache/version"
    dpkg-deb -f "$work"/linux-image-*.deb Version >"$cache/release"
fi
version=$(cat "$cache/version")
if [ -n "$chips" ] && [ ! -f "$cache/gpio-sim.ko" ]; then packaging/gpio-sim.sh "$cache"; fi

# The guest's files.
root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp,vm,out,etc,usr/share,"lib/modules/$version"}
cp /bin/busybox "$root/bin/"
with_libraries() { # with_libraries FILE FOLDER: a program, and the libraries that it loads
    cp "$1" "$root/$2/"
    ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -Ln "$library" "$root$library"
    done
}
with_libraries "$program" vm
bench=$(dirname "$program")/martlet-bench
[ ! -x "$bench" ] || with_libraries "$bench" vm
[ "$(basename "$program")" = martlet ] || mv "$root/vm/$(basename "$program")" "$root/vm/martlet"
with_libraries "$(command -v aplay)" bin
with_libraries "$(command -v amixer)" bin
ln -s aplay "$root/bin/arecord"
cp -r /usr/share/alsa "$root/usr/share/"
cp "$(dirname "$script")"/* "$root/vm/"
for module in $carriers $cards $chips $usb; do
    modprobe -d "$cache/kernel" -S "$version" --show-depends "$module" 2>/dev/null |
        sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | sort -u | while read -r file; do
    cp "$file" "$root/lib/modules/$version/"
done
for file in "$root/lib/modules/$version"/*.xz; do [ ! -e "$file" ] || xz -d "$file"; done
[ -z "$chips" ] || cp "$cache/gpio-sim.ko" "$root/lib/modules/$version/"
cp "$cache/kernel/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
depmod -b "$root" "$version"
printf '%q ' sh "/vm/$(basename "$script")" "$@" >"$root/vm/command"
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm && mount -t tmpfs shm /dev/shm
for module in virtio_pci 9p 9pnet_virtio; do modprobe $module; done
mount -t 9p -o trans=virtio,version=9p2000.L out /out || poweroff -f
for module in %USB%; do modprobe $module; done
ip link set lo up
stty -F /dev/ttyS0 -opost
cd /vm
sh /vm/command </dev/null >/dev/ttyS0 2>&1
echo $? >/out/status
sync
poweroff -f
INIT
sed -i "s/%USB%/$usb/" "$root/init"
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$work/initrd"

rm -f "$out/status"
status=0
if [ -n "$usb" ]; then
    speaker=(-device qemu-xhci -audiodev "wav,id=usb,path=$out/usb.wav" -device usb-audio,audiodev=usb)
fi
timeout --foreground "$limit" qemu-system-x86_64 -M q35 -accel tcg -cpu max -icount shift=1,sleep=off \
    -rtc clock=vm -smp 1 -m 1024 -nodefaults -no-user-config -display none -no-reboot -nic none \
    -kernel "$cache/kernel/boot/vmlinuz-$version" -initrd "$work/initrd" \
    -append "console=ttyS0 $quiet no_timer_check panic=-1 rdinit=/init $words" \
    "${speaker[@]}" -virtfs "local,path=$out,mount_tag=out,security_model=none" -serial stdio </dev/null || status=$?
[ "$status" -ne 124 ] || { say "not done after $limit s"; exit 124; }
[ -f "$out/status" ] || fail "the guest stopped without a status"
exit "$(cat "$out/status")"
