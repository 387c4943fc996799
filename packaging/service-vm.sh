#!/bin/bash
# service-vm.sh [-t SECONDS] DEB [SCRIPT]: run SCRIPT (default: Tests/VM/service.sh) as root in a
# virtual machine with the Debian that DEB is for, systemd as its init, and DEB beside it.
#
# Prints what the script prints and ends with its status; 124 when SECONDS of this machine's time
# (default 3600) were not enough, 125 when the guest died. The kernel with its sound card of
# snd-aloop and its GPIO lines of gpio-sim is that of packaging/vm.sh, and its clock counts
# instructions, too. In the guest: /vm/martlet.deb, and the script with its neighbours. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
say() { printf 'service-vm: %s\n' "$*" >&2; }
fail() { say "$*"; exit 125; }

limit=3600
if [ "${1:-}" = -t ]; then
    limit=$2
    shift 2
fi
[ $# -ge 1 ] || fail "which package?"
deb=$(realpath "$1") script=$(realpath "${2:-$here/../Tests/VM/service.sh}")
cache=${VM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet-vm}
roots=${ROOTS:-/var/cache/martlet-roots}
PATH=$PATH:/usr/sbin:/sbin
[ "$(id -u)" -eq 0 ] || fail "needs root (chroot)"
[ -f "$cache/release" ] && [ -x /bin/busybox ] ||
    fail "there is no kernel in $cache: run packaging/vm.sh once"
[ -f "$cache/gpio-sim.ko" ] || "$here/gpio-sim.sh" "$cache"
version=$(cat "$cache/version")

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root
mkdir "$root"
suite=trixie
[[ $(dpkg-deb -f "$deb" Version) != *~deb12 ]] || suite=bookworm

# The Debian, with what the package depends on but without it, is kept.
guest=$roots/$suite-service.tar
if [ ! -s "$guest" ]; then
    say "making a $suite with systemd"
    "$here/root.sh" "$suite" amd64 "$root"
    cp "$deb" "$root/tmp/martlet.deb"
    chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -ec 'apt-get -qq update
        apt-get -qq -o APT::Sandbox::User=root install -y --no-install-recommends systemd-sysv \
            udev kmod procps alsa-utils libmosquitto1 nodejs python3-minimal /tmp/martlet.deb
        apt-get -qq purge -y martlet
        apt-get clean
        rm -rf /tmp/martlet.deb /var/lib/apt/lists/*' >"$work/log" 2>&1 ||
        { tail -n 20 "$work/log" >&2; fail "the guest's packages did not install"; }
    tar -C "$root" -c --numeric-owner -f "$guest.new" .
    mv "$guest.new" "$guest"
else
    tar -C "$root" -x --numeric-owner -f "$guest"
fi

needs() { # needs MODULE...: the files of modules, in the order in which they are loaded
    for module in "$@"; do
        modprobe -d "$cache/kernel" -S "$version" --show-depends "$module" 2>/dev/null |
            sed -n 's/^insmod \([^ ]*\).*/\1/p'
    done | awk '!seen[$0]++'
}
modules=$root/lib/modules/$version
mkdir -p "$modules" "$root/vm" "$root/out" "$work/initrd/bin"
needs snd-aloop configfs 9p 9pnet_virtio virtio_pci | xargs -I{} cp {} "$modules/"
cp "$cache/gpio-sim.ko" "$modules/"
cp "$cache/kernel/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$modules/"
for file in "$modules"/*.xz; do [ ! -e "$file" ] || xz -d "$file"; done
depmod -b "$root" "$version"
cp "$(dirname "$script")"/* "$root/vm/"
cp "$deb" "$root/vm/martlet.deb"
cat >"$root/etc/systemd/system/vm.service" <<UNIT
[Unit]
After=basic.target
[Service]
Type=oneshot
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'stty -F /dev/ttyS0 -opost; modprobe 9pnet_virtio; modprobe 9p; \
    mount -t 9p -o trans=virtio,version=9p2000.L out /out && cd /vm && sh /vm/$(basename "$script"); \
    echo \$? >/out/status; sync; systemctl poweroff -ff'
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf ../vm.service "$root/etc/systemd/system/multi-user.target.wants/vm.service"
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
for unit in getty@tty1.service serial-getty@ttyS0.service systemd-timesyncd.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
echo vm >"$root/etc/hostname"
: >"$root/etc/fstab"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
tar -C "$root" -c --numeric-owner -f "$work/initrd/root.tar" .

# Everything is in memory: a guest whose clock counts instructions cannot wait for a disk.
cp /bin/busybox "$work/initrd/bin/"
cat >"$work/initrd/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /root
/bin/busybox mount -t tmpfs -o mode=755,size=90% root /root
/bin/busybox tar -x -f /root.tar -C /root && /bin/busybox rm /root.tar
exec /bin/busybox switch_root /root /sbin/init
INIT
chmod +x "$work/initrd/init"
(cd "$work/initrd" && find . | cpio -o -H newc --quiet) >"$work/initrd.cpio"
rm "$work/initrd/root.tar"

mkdir "$work/out"
status=0
timeout --foreground "$limit" qemu-system-x86_64 -M q35 -accel tcg -cpu max \
    -icount shift=1,sleep=off -rtc clock=vm -smp 1 -m 3072 -nodefaults -no-user-config \
    -display none -no-reboot -nic none -kernel "$cache/kernel/boot/vmlinuz-$version" \
    -initrd "$work/initrd.cpio" \
    -append "console=ttyS0 quiet no_timer_check panic=-1 systemd.show_status=no rdinit=/init" \
    -virtfs "local,path=$work/out,mount_tag=out,security_model=none" \
    -serial stdio </dev/null || status=$?
[ "$status" -ne 124 ] || { say "not done after $limit s"; exit 124; }
[ -f "$work/out/status" ] || fail "the guest stopped without a status"
exit "$(cat "$work/out/status")"
