#!/bin/sh
# confine.sh [landlock]: what configured command tools can open on a Debian kernel, with real GPIO
# chips and sound cards, for a daemon that is root and for one that is not; with their own mounts,
# with Landlock alone ("landlock": this kernel has it), and with neither. Runs as root in a guest;
# prints a line per check.
set -u
martlet=/vm/martlet
landlock=${1:-}
failures=0

check() { # check TEXT COMMAND...
    text=$1
    shift
    if "$@"; then
        echo "ok   $text"
    else
        echo "FAIL $text"
        failures=$((failures + 1))
    fi
}
says() { printf '%s' "$answer" | grep -q "$1"; }
silent() { ! says "$1"; }

modprobe snd-aloop
modprobe gpio-sim
mount -t configfs configfs /sys/kernel/config 2>/dev/null
chip=/sys/kernel/config/gpio-sim/martlet
mkdir -p $chip/bank0
echo 8 >$chip/bank0/num_lines
echo 1 >$chip/live
gpio=$(ls /dev/gpiochip* | head -n 1)
mixer=$(ls /dev/snd/controlC* | head -n 1)

# The daemon's user, in the groups of the devices, as the package creates it.
printf 'root:x:0:0::/:/bin/sh\nmartlet:x:900:900::/:/bin/sh\n' >/etc/passwd
printf 'root:x:0:\nmartlet:x:900:\naudio:x:29:martlet\ngpio:x:901:martlet\n' >/etc/group
chgrp gpio $gpio && chmod 660 $gpio
chgrp audio /dev/snd/* && chmod 660 /dev/snd/*
mkdir -p /etc/martlet/secrets /var/lib/martlet/tool /run/credentials/martlet.service
for secret in /etc/martlet/key /etc/martlet/secrets/lamp /var/lib/martlet/session.json \
    /run/credentials/martlet.service/gemini-api-key; do
    echo a-secret-key >$secret
    chmod 600 $secret
done
echo notes >/var/lib/martlet/tool/notes
chown -R martlet /etc/martlet /var/lib/martlet /run/credentials
hidden="$gpio $mixer /etc/martlet/key /etc/martlet/secrets /etc/martlet/secrets/lamp
    /var/lib/martlet /var/lib/martlet/session.json /run/credentials/martlet.service
    /run/credentials/martlet.service/gemini-api-key"

settings() { # settings FILE LINES: a tool that tries the paths, with more lines
    {
        printf '[live]\nkey_file = "/etc/martlet/key"\n[tools]\nbuiltin = []\n'
        printf '[[tool.command]]\nname = "look"\ndescription = "Looks."\n'
        printf 'argv = ["/bin/sh", "/vm/look.sh"'
        printf ', "%s"' $hidden /var/lib/martlet/tool/notes /dev/null /vm/look.sh
        printf ']\n%s\n' "$2"
    } >"$1"
}
settings /etc/plain.toml 'directory = "/var/lib/martlet/tool"'
settings /etc/granted.toml "devices = [\"$gpio\"]
readable = [\"/etc/martlet/secrets/lamp\"]"
settings /etc/open.toml 'confinement = "if-possible"'
chmod 644 /etc/*.toml

as() { # as USER COMMAND: with the service's variables
    su -s /bin/sh "$1" -c "export STATE_DIRECTORY=/var/lib/martlet; export \
CREDENTIALS_DIRECTORY=/run/credentials/martlet.service; $2" 2>&1
}
look() { # look USER FILE: the output of a file's tool
    answer=$(as "$1" "$martlet tools call --config $2 look" | sed 's/\\n/\n/g')
}

confined() { # confined USER HOW
    # Without capabilities root can open only its own files.
    chown -R "$1" /etc/martlet /var/lib/martlet /run/credentials
    look "$1" /etc/plain.toml
    check "$1, $2: the tool runs" says looked
    for path in $hidden; do
        check "$1, $2: cannot open $path" silent "opened $path\$"
        check "$1, $2: cannot write $path" silent "wrote $path\$"
    done
    check "$1, $2: writes in its folder" says "wrote /var/lib/martlet/tool/notes"
    check "$1, $2: opens /dev/null" says "wrote /dev/null"
    check "$1, $2: reads what is not hidden" says "opened /vm/look.sh"
    check "$1, $2: writes nothing else" silent "wrote /vm/look.sh"
    look "$1" /etc/granted.toml
    check "$1, $2: opens a line that it was granted" says "wrote $gpio"
    check "$1, $2: and not the mixer" silent "opened $mixer"
    check "$1, $2: reads a secret that it was granted" says "opened /etc/martlet/secrets/lamp"
    check "$1, $2: and not the key" silent "opened /etc/martlet/key"
}

# An unconfined program can open the paths, or the checks would prove nothing.
answer=$(as martlet "sh /vm/look.sh $(echo $hidden)")
for path in $hidden; do check "martlet, unconfined: opens $path" says "opened $path\$"; done

confined root "mounts of its own"
confined martlet "mounts of its own"
echo 0 >/proc/sys/user/max_user_namespaces
echo 0 >/proc/sys/user/max_mnt_namespaces
if [ -n "$landlock" ]; then
    confined root "Landlock alone"
    confined martlet "Landlock alone"
    as martlet "$martlet tools check --config /etc/plain.toml" >/tmp/check
    check "tools check finds no mistake" grep -q "no mistakes" /tmp/check
else
    for user in root martlet; do
        look $user /etc/plain.toml
        check "$user, nothing: the tool is refused" silent looked
        check "$user, nothing: the reason is reported" says "neither Landlock nor"
        look $user /etc/open.toml
        check "$user, nothing: one that may run unconfined runs" says looked
        if as $user "$martlet tools check --config /etc/plain.toml" >/tmp/check; then
            check "$user, nothing: tools check fails" false
        fi
        check "$user, nothing: tools check names it" grep -q "tool look is refused" /tmp/check
    done
fi
[ $failures -eq 0 ]
