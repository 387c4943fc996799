#!/bin/bash
# debian13.sh [COMMAND...]: run COMMAND on this tree's committed state inside a Debian 13 root with
# Debian's own Swift 6.0.3. Needs root and debootstrap; leaves the root in place.
#
# The default is make test, and make release, since the optimizer there is another one, too.
#
# DEBIAN13_ROOT is where the root stands (default /var/cache/martlet-debian13).
# SWIFT_PACKAGES, when set, is a folder of package mirrors that git is configured to read from; it
# is shown to the root at the same path, together with the caller's git configuration.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${DEBIAN13_ROOT:-/var/cache/martlet-debian13}
[ "$(id -u)" -eq 0 ] || { echo "debian13: needs root (debootstrap and chroot)" >&2; exit 1; }
if ! command -v debootstrap >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends debootstrap >/dev/null
fi
if [ ! -e "$root/etc/debian_version" ]; then
    debootstrap --variant=minbase trixie "$root"
    chroot "$root" apt-get -qq update
    chroot "$root" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends make git ca-certificates >/dev/null
    # A new root does not define localhost yet.
    [ -e "$root/etc/hosts" ] || echo "127.0.0.1 localhost" >"$root/etc/hosts"
fi
mounts=()
bind() { # bind FOLDER: show it inside the root at the same path, until this script ends
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    mounts=("$root$1" "${mounts[@]}")
}
clean_up() { for m in "${mounts[@]}"; do umount -l "$m"; done; }
trap clean_up EXIT
# Made a mount point itself, so that programs inside can have their own mounts.
mount --bind "$root" "$root"
mounts=("$root")
bind /proc
bind /dev
bind /dev/pts
if [ -n "${SWIFT_PACKAGES:-}" ]; then
    bind "$SWIFT_PACKAGES"
    for file in "$HOME/.gitconfig" /etc/gitconfig; do
        [ ! -e "$file" ] || cp "$file" "$root${file/#"$HOME"//root}"
    done
fi
# The build folder of an earlier run is kept, and so are unchanged files with their times: a second
# run builds only what changed.
stage=$root/martlet.new
rm -rf "$stage"
mkdir -p "$root/martlet" "$stage"
git archive HEAD | tar -x -m -C "$stage"
(cd "$stage" && find . -type f -print0) | while IFS= read -r -d '' file; do
    if cmp -s "$stage/$file" "$root/martlet/$file"; then
        touch -r "$root/martlet/$file" "$stage/$file"
    fi
done
find "$root/martlet" -mindepth 1 -maxdepth 1 ! -name '.build*' -exec rm -rf {} +
cp -a "$stage/." "$root/martlet/"
rm -rf "$stage"
if [ $# -eq 0 ]; then set -- sh -c 'make test && make release'; fi
chroot "$root" env HOME=/root LANG=C.UTF-8 sh -c 'cd /martlet && "$@"' sh "$@"
