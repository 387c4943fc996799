#!/bin/bash
# package-test.sh [DEB...]: install, try and purge packages, each in an empty root of its Debian.
#
# Default: the packages in .build-deb/out. Afterwards the same is installed from a signed repository
# of these packages, which is served on this machine. Prints a line per check; needs root and a
# mirror of Debian for what the packages depend on. arm64 runs under qemu-user. KEEP=1 leaves the
# roots in place.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$here/../.build-deb
export LC_ALL=C.UTF-8
umask 022
[ "$(id -u)" -eq 0 ] || { echo "package-test: needs root (chroot)" >&2; exit 1; }

failures=0
check() { # check TEXT COMMAND...
    local text=$1
    shift
    if "$@"; then
        echo "ok   $name: $text"
    else
        echo "FAIL $name: $text"
        failures=$((failures + 1))
    fi
}

# Runs in the root, with the kernel's folders mounted; the mounts end with the name space.
within() { # within COMMAND...
    unshare -m --propagation private sh -c 'root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$root" "$@"
}
quiet() { within "$@" >"$log" 2>&1 || { tail -n 30 "$log"; return 1; }; }
says() { # says PATTERN COMMAND...: whether it ends well and prints that
    local pattern=$1
    shift
    within "$@" >"$log" 2>&1 && grep -q "$pattern" "$log" || { tail -n 30 "$log"; return 1; }
}
# The doctor finds faults if there is no sound card, but it must not crash.
judges() {
    local status=0
    within "$@" >"$log" 2>&1 || status=$?
    [ $status -le 1 ] && grep -q "settings" "$log" || { tail -n 30 "$log"; return 1; }
}
refuses() { ! within "$@" >"$log" 2>&1; }
finds() { local found; found=$(within "$@" 2>&1) && [ -n "$found" ]; }
empty() { local found; found=$(within "$@" 2>&1 || true); [ -z "$found" ] || { echo "$found"; return 1; }; }

try() { # try DEB
    local version
    name=$(basename "$1" .deb)
    version=$(dpkg-deb -f "$1" Version)
    local suite=trixie
    [[ $version != *~deb12 ]] || suite=bookworm
    mkdir -p "$work"
    root=$(mktemp -d "$work/root.XXXXXX")
    chmod 755 "$root"
    log=$root.log
    "$here/root.sh" "$suite" "$(dpkg-deb -f "$1" Architecture)" "$root"
    cp "$1" "$root/tmp/martlet.deb"
    local install=(apt-get -qq -o APT::Sandbox::User=root install -y --no-install-recommends)

    check "apt knows its mirror" quiet apt-get -qq update
    check "it installs" quiet "${install[@]}" /tmp/martlet.deb
    check "its version is that of the package" \
        says "^${version%-*}\$" martlet --version
    check "no library is missing" empty sh -c 'ldd /usr/bin/martlet | grep "not found"'
    check "its user is in the groups of sound, lines and pixels" \
        says "audio.*gpio.*spi" sh -c 'id -nG martlet | tr " " "\n" | sort | tr "\n" " "'
    check "its unit is enabled" \
        finds find /etc/systemd/system/multi-user.target.wants/martlet.service
    check "config check finds no mistake" says "no mistakes" martlet config check
    check "the template that it prints is right" says "no mistakes" sh -c \
        'martlet config template >/tmp/all.toml && martlet config check --config /tmp/all.toml'
    check "each example is right" quiet sh -ec \
        'mkdir -p /tmp/try/conf.d
        for file in /usr/share/doc/martlet/examples/*.example \
            /usr/share/doc/martlet/examples/boards/*.toml; do
            cp /etc/martlet/martlet.toml /tmp/try/
            cp "$file" /tmp/try/conf.d/try.toml
            martlet config check --config /tmp/try/martlet.toml
        done'
    check "the doctor judges" judges martlet doctor --no-service
    check "there is a page for each verb" quiet sh -ec \
        'for verb in setup run talk demo simulate devices doctor config tools mqtt; do
            grep -q "martlet-$verb.1.gz" /var/lib/dpkg/info/martlet.list
        done
        grep -q martlet.toml.5.gz /var/lib/dpkg/info/martlet.list'
    check "bash completes" says "martlet" \
        bash -c '. /usr/share/bash-completion/completions/martlet && complete -p martlet'
    check "what the demonstration speaks with installs" quiet "${install[@]}" espeak-ng openssl
    check "the demonstration runs" quiet sh -c 'cd /tmp && martlet demo'

    within sh -c 'echo "# mine" >>/etc/martlet/martlet.toml
        echo "[log]" >/etc/martlet/conf.d/mine.toml
        mkdir -p /var/lib/martlet && echo state >/var/lib/martlet/timers
        chown -R martlet: /var/lib/martlet'
    check "it installs over itself" quiet "${install[@]}" --reinstall \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold /tmp/martlet.deb
    check "and the settings and the state are kept" quiet sh -ec \
        'grep -q mine /etc/martlet/martlet.toml
        grep -q state /var/lib/martlet/timers
        [ -e /etc/martlet/conf.d/mine.toml ]'
    check "it is removed" quiet apt-get -qq remove -y martlet
    check "and the settings are kept" finds grep mine /etc/martlet/martlet.toml
    check "it is purged" quiet apt-get -qq purge -y martlet
    within rm -rf /tmp/martlet.deb /tmp/martlet-demo /tmp/all.toml /tmp/try
    check "no file of it is left" empty find / -xdev \( -path /proc -o -path /dev \) -prune -o \
        \( -iname '*martlet*' -o -nouser -o -nogroup \) ! -path '/var/log/*' ! -path '/var/cache/*' \
        -print
    check "nor its user" empty grep martlet /etc/passwd /etc/group /etc/shadow /etc/gshadow

    cp "$repository/martlet.asc" "$root/etc/apt/keyrings/"
    sed "s/^Suites:.*/Suites: $suite/" "$repository/martlet.sources" \
        >"$root/etc/apt/sources.list.d/martlet.sources"
    check "apt takes the signed repository" quiet apt-get -qq --error-on=any update
    check "it installs from there" quiet "${install[@]}" martlet
    check "and it is the same" says "^${version%-*}\$" martlet --version
    sed -i 's/^Codename:/Codename: other/' "$repository/dists/$suite/InRelease"
    within sh -c "rm /var/lib/apt/lists/127.*"
    check "apt refuses a repository that was tampered with" refuses \
        apt-get -qq --error-on=any update
    [ -n "${KEEP:-}" ] || rm -rf "$root" "$log"
}

# A repository of the tested packages, with its own key, on a free port of this machine.
publish() { # publish DEB...
    scratch=$(mktemp -d)
    mkdir "$scratch/packages"
    cp "$@" "$scratch/packages/"
    repository=$scratch/repository
    mkdir -p -m 700 "$repository" "$scratch/keys"
    export GNUPGHOME=$scratch/keys
    gpg --batch --quiet --passphrase '' --quick-generate-key "Martlet's test" ed25519 sign never
    python3 -u -m http.server --directory "$repository" --bind 127.0.0.1 0 >"$scratch/server" 2>&1 &
    server=$!
    until port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$scratch/server") && [ -n "$port" ]; do
        kill -0 $server
        sleep 0.1
    done
    OUT=$scratch/packages "$here/repository.sh" "$repository" "http://127.0.0.1:$port"
}
withdraw() {
    kill "$server"
    gpgconf --kill all
    rm -rf "$scratch"
}

[ $# -gt 0 ] || set -- "$work"/out/martlet_*.deb
trap withdraw EXIT
publish "$@"
for deb in "$@"; do try "$deb"; done
[ $failures -eq 0 ] || { echo "$failures failed"; exit 1; }
